using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Messages.Keys;

/// <summary>What must be true of a key before an object is published or deleted under it. The leaf of the key decides.</summary>
/// <param name="IfMatch">The ETag that the key's object must have, or null if the key must have no object.</param>
public sealed record PublishCondition(ObjectETag? IfMatch)
{
    /// <summary>The key must have no object (<c>If-None-Match: *</c>).</summary>
    public static PublishCondition MustBeAbsent { get; } = new(IfMatch: null);
}
