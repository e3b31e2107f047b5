using System.Text.Json.Serialization;

namespace OrleansUploads.Client.Models;

/// <summary>Permission to write one part straight into the server's object store.</summary>
/// <param name="Range">The range of the part in the archive.</param>
/// <param name="Attempt">The name of the write: 32 hex digits. The report of the part repeats it.</param>
/// <param name="Url">Where to send the bytes and their footer, with one PUT.</param>
/// <param name="Headers">The headers that the PUT must have, and no others but those of its body.</param>
/// <param name="Deadline">Until when the store accepts the PUT.</param>
public sealed record DirectGrant(
    [property: JsonRequired] ByteRange Range,
    [property: JsonRequired] string Attempt,
    [property: JsonRequired] Uri Url,
    IReadOnlyDictionary<string, string>? Headers,
    DateTimeOffset Deadline);

/// <summary>A part that was written under a grant.</summary>
/// <param name="Range">The range of the part in the archive.</param>
/// <param name="TreeHash">The tree hash of its bytes.</param>
/// <param name="Attempt">The attempt of the grant.</param>
public sealed record DirectPart(ByteRange Range, TreeHash TreeHash, string Attempt);

/// <summary>What the server says of a reported part.</summary>
/// <param name="Range">The range of the part.</param>
/// <param name="Code">Null if the part counts; otherwise why it does not, as in <see cref="GlacierErrorCodes"/>.</param>
/// <param name="Message">What is wrong and what to do, or null.</param>
public sealed record DirectVerdict([property: JsonRequired] ByteRange Range, string? Code, string? Message);
