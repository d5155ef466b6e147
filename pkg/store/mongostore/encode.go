package mongostore

import (
	"maps"
	"slices"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"kontor/pkg/value"
)

// encodeObject writes a normal object with its names sorted, so that equal documents are equal bytes.
func encodeObject(o value.Object) bson.Raw {
	return bson.Raw(appendObject(make([]byte, 0, 512), o))
}

// encodeValue gives a normal value in a form that the MongoDB library writes as it is.
func encodeValue(v any) any {
	switch x := v.(type) {
	case value.Object:
		return encodeObject(x)
	case value.List:
		return bson.RawValue{Type: bson.TypeArray, Value: appendList(nil, x)}
	}
	return v
}

func appendObject(dst []byte, o value.Object) []byte {
	var buf [32]string
	names := slices.AppendSeq(buf[:0], maps.Keys(o))
	slices.Sort(names)
	start, dst := bsoncore.AppendDocumentStart(dst)
	for _, name := range names {
		dst = appendElement(dst, escape(name), o[name])
	}
	return end(dst, start)
}

func appendList(dst []byte, l value.List) []byte {
	start, dst := bsoncore.AppendArrayStart(dst)
	for i, e := range l {
		dst = appendElement(dst, strconv.Itoa(i), e)
	}
	return end(dst, start)
}

func appendElement(dst []byte, name string, v any) []byte {
	switch x := v.(type) {
	case bool:
		return bsoncore.AppendBooleanElement(dst, name, x)
	case int64:
		return bsoncore.AppendInt64Element(dst, name, x)
	case float64:
		return bsoncore.AppendDoubleElement(dst, name, x)
	case string:
		return bsoncore.AppendStringElement(dst, name, x)
	case value.List:
		return appendList(bsoncore.AppendHeader(dst, bsoncore.TypeArray, name), x)
	default:
		// CheckValue and Normal have left nothing else.
		return appendObject(bsoncore.AppendHeader(dst, bsoncore.TypeEmbeddedDocument, name), x.(value.Object))
	}
}

// end closes a document. Its error is about an index that is not within dst.
func end(dst []byte, start int32) []byte {
	dst, err := bsoncore.AppendDocumentEnd(dst, start)
	if err != nil {
		panic("mongostore: " + err.Error())
	}
	return dst
}
