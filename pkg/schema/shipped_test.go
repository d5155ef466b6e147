package schema_test

import (
	"testing"

	"kontor/pkg/schema"
	"kontor/schemas"
)

func TestShippedTypesLoad(t *testing.T) {
	set, err := schema.Load(schemas.FS, schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Types()) < 15 {
		t.Errorf("%d types", len(set.Types()))
	}
}
