using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Cluster.Abstractions.Uploads;

/// <summary>An answer, or why there is none. A refused call has changed nothing, unless the kind is
/// <see cref="UploadRefusalKind.Unavailable"/>: then nobody knows.</summary>
/// <typeparam name="T">What a positive answer looks like.</typeparam>
/// <param name="Value">The answer; the default where it was refused.</param>
/// <param name="Refusal">Why it was refused; null where there is an answer.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.UploadAnswer`1")]
public readonly record struct UploadAnswer<T>([property: Id(0)] T? Value, [property: Id(1)] UploadRefusal? Refusal)
{
    /// <summary>Splits the two cases.</summary>
    /// <returns>Whether there is an answer.</returns>
    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out UploadRefusal? refusal)
    {
        value = Value;
        refusal = Refusal;
        return refusal is null;
    }
}

/// <summary>Why a call was refused.</summary>
/// <param name="Kind">For programs.</param>
/// <param name="Message">For people: what is wrong and what to do.</param>
[GenerateSerializer]
[Immutable]
[Alias("OrleansUploads.UploadRefusal")]
public sealed record UploadRefusal([property: Id(0)] UploadRefusalKind Kind, [property: Id(1)] string Message);

/// <summary>The kinds of refusals. Further ones may come; treat an unknown one as final.</summary>
[GenerateSerializer]
[Alias("OrleansUploads.UploadRefusalKind")]
public enum UploadRefusalKind
{
    /// <summary>Nobody knows what became of the call. Call again.</summary>
    Unavailable = 0,

    /// <summary>A value is not what it has to be; the message names it.</summary>
    Invalid = 1,

    /// <summary>There is no such vault.</summary>
    VaultNotFound = 2,

    /// <summary>There is no such upload in this vault, or it has ended.</summary>
    UploadNotFound = 3,

    /// <summary>The upload's bytes come in through the gateway, so it takes no locations.</summary>
    KeptByGateway = 4,

    /// <summary>A part does not lie where a part may lie, or is longer than the part size.</summary>
    PartOutOfPlace = 5,

    /// <summary>The parts are not a whole archive: there is none, one is missing, or one in the middle is too short.</summary>
    Incomplete = 6,

    /// <summary>The parts do not add up to the stated size or tree hash.</summary>
    Differs = 7,

    /// <summary>The upload was completed before, with another size or tree hash.</summary>
    CompletedOtherwise = 8,
}
