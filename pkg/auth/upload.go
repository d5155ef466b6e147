package auth

// MayUpload tells whether the caller may add files, and see those that it or its organisation added.
func (c Caller) MayUpload() bool { return c.Role == Admin || c.Role == Editor }

// MayCurate tells whether the caller may see, describe and delete files that others added.
func (c Caller) MayCurate() bool { return c.Role == Admin || c.Role == Editor }
