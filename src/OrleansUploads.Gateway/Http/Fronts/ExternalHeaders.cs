using System.Diagnostics.CodeAnalysis;
using OrleansUploads.Core.Parts;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Http.Fronts;

/// <summary>The headers of uploads whose bytes the client stores elsewhere. They are the same in every protocol, and must be
/// signed (<see cref="SigningRules.SignedPrefixes"/>).</summary>
internal static class ExternalHeaders
{
    /// <summary>Initiates such an upload; the value is <see cref="External"/>.</summary>
    public const string Storage = "x-orleans-uploads-storage";

    /// <summary>Reports a part: where its bytes are. In the response, the location that the upload uses.</summary>
    public const string Location = "x-orleans-uploads-location";

    /// <summary>The length of a reported part in S3.</summary>
    public const string Length = "x-orleans-uploads-length";

    /// <summary>The ETag of a reported part in S3: the MD5 of its bytes, in hex.</summary>
    public const string ETag = "x-orleans-uploads-etag";

    /// <summary>The only value of <see cref="Storage"/>.</summary>
    private const string External = "external";

    /// <summary>Why a location is refused.</summary>
    public static readonly string LocationRule = string.Create(
        CultureInfo.InvariantCulture,
        $"It has 1 to {PartLocation.MaxChars:N0} characters of printable ASCII, without two blanks in a row. Percent-encode other characters.");

    /// <summary>Why a report with a body is refused.</summary>
    public const string NoBodyRule =
        $"A part with {Location} has no body: its bytes are at that location. Send the header or the bytes.";

    private static readonly string[] All = [Storage, Location, Length, ETag];

    /// <summary>Finds a header that a request has and its operation has not. Such a header would change what the operation does.</summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="main">The header with which the operation is about external storage, or null if it has none.</param>
    /// <param name="besideMain">The headers that go with it.</param>
    public static string? FindStray(IHeaderDictionary headers, string? main, params ReadOnlySpan<string> besideMain)
    {
        foreach (var header in All)
        {
            if (headers.ContainsKey(header)
                && header != main
                && !(main is not null && headers.ContainsKey(main) && besideMain.Contains(header)))
            {
                return header;
            }
        }

        return null;
    }

    /// <summary>Reads where the bytes of an upload are stored.</summary>
    /// <exception cref="FrontError">The value is unknown.</exception>
    public static ByteStorage ReadStorage(FrontCall call) => call.Header(Storage) switch
    {
        null => ByteStorage.Gateway,
        External => ByteStorage.External,
        var other => throw call.InvalidHeader(Storage, other, $"It must be '{External}'. Leave it out to send the bytes to this server."),
    };

    /// <summary>Reads a location. A signature does not tell one blank from several.</summary>
    public static bool TryReadLocation(string text, out PartLocation location) =>
        PartLocation.TryParse(text, out location) && !text.Contains("  ", StringComparison.Ordinal);

    /// <summary>Whether the request of a report states the hash of a body, which it does not have.</summary>
    /// <remarks>Beside such a hash, the vault API would not require that range and tree hash are signed.</remarks>
    /// <param name="stated">The hash.</param>
    public static bool StatesBody(HttpExchange exchange, [NotNullWhen(true)] out string? stated)
    {
        stated = exchange.Header(PayloadModes.Header);
        return stated is not (null or SigningRequest.EmptyPayloadHash or PayloadModes.NotSigned);
    }
}
