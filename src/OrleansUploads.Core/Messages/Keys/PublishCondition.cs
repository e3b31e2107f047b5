using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Messages.Keys;

/// <summary>What must hold of a key for an object to be published or deleted there. The leaf that has the key decides.</summary>
/// <param name="IfMatch">The ETag that the key's object must have, or null if the key must have no object.</param>
public sealed record PublishCondition(ObjectETag? IfMatch)
{
    /// <summary>The key must have no object (<c>If-None-Match: *</c>).</summary>
    public static PublishCondition MustBeAbsent { get; } = new(IfMatch: null);
}
