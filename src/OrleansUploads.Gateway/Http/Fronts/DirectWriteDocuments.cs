using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Receiving;

namespace OrleansUploads.Gateway.Http.Fronts;

/// <summary>The JSON documents of parts that nodes write straight into the store. They are the same in every protocol, except that a
/// vault's parts have ranges and a bucket's have numbers and lengths.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RangesToGrant))]
[JsonSerializable(typeof(NumbersToGrant))]
[JsonSerializable(typeof(WrittenRanges))]
[JsonSerializable(typeof(WrittenNumbers))]
[JsonSerializable(typeof(GrantList))]
[JsonSerializable(typeof(VerdictList))]
internal sealed partial class DirectWriteDocuments : JsonSerializerContext
{
    /// <summary>Selects the grants in the query of an upload.</summary>
    public const string Grants = "grants";

    /// <summary>Selects the reports in the query of an upload.</summary>
    public const string Written = "written";

    /// <summary>Reads the document of a request.</summary>
    /// <exception cref="JsonException">It is not such a document.</exception>
    public static T Read<T>(ReadOnlySpan<byte> body)
        where T : class => JsonSerializer.Deserialize(body, TypeOf<T>()) ?? throw new JsonException("the document is null");

    public static FrontAnswer Answer<T>(T document) => FrontAnswer.OfJson(JsonSerializer.SerializeToUtf8Bytes(document, TypeOf<T>()));

    /// <summary>What is wrong with the number of parts in a request, or null.</summary>
    public static string? FaultOfGrants(int parts, int? atMost) =>
        parts < 1 ? "Invalid parts: name at least one."
        : atMost is < 1 or > DirectIntake.MaxParts ? $"Invalid atMost: {atMost}. It must be 1 to {DirectIntake.MaxParts}, or left out."
        : parts > (atMost is null ? DirectIntake.MaxParts : DirectIntake.MaxCandidates)
            ? $"Invalid parts: there are {parts}. A request has at most {DirectIntake.MaxParts}, or {DirectIntake.MaxCandidates} with atMost."
        : null;

    /// <inheritdoc cref="FaultOfGrants"/>
    public static string? FaultOfReports(int parts) => parts is >= 1 and <= DirectIntake.MaxParts
        ? null
        : $"Invalid parts: there are {parts}. A request has 1 to {DirectIntake.MaxParts}.";

    private static JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>)Default.GetTypeInfo(typeof(T))!;
}

internal sealed record RangesToGrant
{
    /// <summary><c>first-last</c>, both inclusive; required.</summary>
    public IReadOnlyList<string?> Parts { get; init => field = value ?? []; } = [];

    /// <summary>How many grants are wanted, only for parts that no other node is writing; null for all parts.</summary>
    public int? AtMost { get; init; }
}

internal sealed record NumbersToGrant
{
    public IReadOnlyList<NumberToGrant?> Parts { get; init => field = value ?? []; } = [];

    /// <inheritdoc cref="RangesToGrant.AtMost"/>
    public int? AtMost { get; init; }
}

internal sealed record NumberToGrant(int PartNumber, long Length);

internal sealed record WrittenRanges
{
    public IReadOnlyList<WrittenRange?> Parts { get; init => field = value ?? []; } = [];
}

/// <summary>A part of an archive that was written.</summary>
/// <param name="Range"><c>first-last</c>, both inclusive.</param>
/// <param name="TreeHash">64 hex digits.</param>
/// <param name="Attempt">As granted.</param>
internal sealed record WrittenRange(string? Range, string? TreeHash, string? Attempt);

internal sealed record WrittenNumbers
{
    public IReadOnlyList<WrittenNumber?> Parts { get; init => field = value ?? []; } = [];
}

/// <summary>A part of an object that was written.</summary>
/// <param name="TreeHash">64 hex digits.</param>
/// <param name="Attempt">As granted.</param>
/// <param name="Md5">32 hex digits.</param>
/// <param name="ChecksumAlgorithm">Such as SHA256, or null for no checksum.</param>
/// <param name="Checksum">Base64, or null for no checksum.</param>
internal sealed record WrittenNumber(
    int PartNumber, long Length, string? TreeHash, string? Attempt, string? Md5, string? ChecksumAlgorithm = null, string? Checksum = null);

internal sealed record GrantList(IReadOnlyList<PartGrant> Grants);

/// <summary>A granted write.</summary>
/// <param name="Range">The range of a vault's part, else null and left out.</param>
/// <param name="PartNumber">The number of a bucket's part, else null and left out.</param>
/// <param name="Attempt">The name of the attempt, for the footer and the report.</param>
/// <param name="Url">The address of a PUT.</param>
/// <param name="Headers">The headers that the PUT must have.</param>
/// <param name="Deadline">When the store stops accepting it, in UTC.</param>
internal sealed record PartGrant(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Range,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? PartNumber,
    string Attempt,
    string Url,
    IReadOnlyDictionary<string, string> Headers,
    DateTime Deadline)
{
    public static PartGrant Of<TPart>(GrantedWrite<TPart> granted, string? range, int? number) => new(
        range, number, granted.Attempt.ToString(), granted.Write.Address.AbsoluteUri, granted.Write.Headers, granted.Write.Until.UtcDateTime);
}

internal sealed record VerdictList(IReadOnlyList<PartVerdict> Parts);

/// <summary>The answer to the report of one part.</summary>
/// <param name="Range">The range of a vault's part, else null and left out.</param>
/// <param name="PartNumber">The number of a bucket's part, else null and left out.</param>
/// <param name="Code">The error code, or null if the part counts.</param>
/// <param name="Message">What is wrong, or null.</param>
internal sealed record PartVerdict(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Range,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? PartNumber,
    string? Code,
    string? Message)
{
    public static PartVerdict Of(FrontCall call, Outcome<Done> outcome, string? range, int? number)
    {
        var error = outcome.Refusal is { } refusal ? call.ErrorOf(refusal) : null;
        return new(range, number, error?.Code, error?.Message);
    }
}
