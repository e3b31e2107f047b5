namespace OrleansUploads.Engine;

/// <summary>The errors of an object store that operators tell apart.</summary>
internal enum StoreErrorKind
{
    /// <summary>The store asks for fewer requests.</summary>
    Throttled,

    /// <summary>The store does not answer, or answers that it cannot at the moment.</summary>
    Unavailable,

    /// <summary>The store has no room, or a quota is used up.</summary>
    Full,

    /// <summary>The store refuses the call and will refuse it again.</summary>
    Refused,
}
