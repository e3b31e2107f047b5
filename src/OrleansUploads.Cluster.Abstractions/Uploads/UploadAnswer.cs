using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Cluster.Abstractions.Uploads;

/// <summary>The answer to a call, or the reason for its refusal. A refused call has changed nothing, unless the kind is
/// <see cref="UploadRefusalKind.Unavailable"/>: then the outcome is unknown.</summary>
/// <typeparam name="T">The type of the answer.</typeparam>
/// <param name="Value">The answer; the default value if the call was refused.</param>
/// <param name="Refusal">The reason for the refusal, or null if there is an answer.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.UploadAnswer`1")]
public readonly record struct UploadAnswer<T>([property: Id(0)] T? Value, [property: Id(1)] UploadRefusal? Refusal)
{
    /// <summary>Gets the answer or the refusal.</summary>
    /// <returns>True if there is an answer, false if the call was refused.</returns>
    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out UploadRefusal? refusal)
    {
        value = Value;
        refusal = Refusal;
        return refusal is null;
    }
}

/// <summary>The reason for which a call was refused.</summary>
/// <param name="Kind">The kind of refusal, for programs.</param>
/// <param name="Message">What is wrong and what to do, for people.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.UploadRefusal")]
public sealed record UploadRefusal([property: Id(0)] UploadRefusalKind Kind, [property: Id(1)] string Message);

/// <summary>The kinds of refusals. Later versions may add kinds; treat an unknown kind as permanent.</summary>
[GenerateSerializer]
[Alias("OrleansUploads.UploadRefusalKind")]
public enum UploadRefusalKind
{
    /// <summary>The outcome of the call is unknown. Call again.</summary>
    Unavailable = 0,

    /// <summary>An argument is invalid. The message names it.</summary>
    Invalid = 1,

    /// <summary>The vault does not exist.</summary>
    VaultNotFound = 2,

    /// <summary>The upload does not exist in this vault, or it has ended.</summary>
    UploadNotFound = 3,

    /// <summary>The gateway stores the upload's bytes, so the upload does not accept locations.</summary>
    StoredByGateway = 4,

    /// <summary>The range of a part is not aligned to the part size, is longer than the part size, or lies beyond the last
    /// part.</summary>
    InvalidPartRange = 5,

    /// <summary>The parts do not form a whole archive: there are none, one is missing, or a part other than the last is too
    /// short.</summary>
    Incomplete = 6,

    /// <summary>The size or tree hash of the parts differs from the one in the request.</summary>
    ArchiveMismatch = 7,

    /// <summary>The upload is already completed with another size or tree hash.</summary>
    CompletionMismatch = 8,

    /// <summary>The grain's key is in use: in another vault, or by an upload with another part size, description or storage.</summary>
    InitiatedOtherwise = 9,

    /// <summary>The archive was deleted, so it has no manifest.</summary>
    ArchiveDeleted = 10,

    /// <summary>The node stores the upload's bytes, so no writes of the cluster's store are granted.</summary>
    StoredExternally = 11,

    /// <summary>The cluster's store cannot grant writes. Send the part to the gateway.</summary>
    CannotGrant = 12,

    /// <summary>The store does not have the attempt as it was reported, or it was granted for another part.</summary>
    NotWritten = 13,

    /// <summary>The grant is so old that its bytes may be deleted. Ask for another one.</summary>
    GrantExpired = 14,
}
