using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Gateway.Http.Fronts;

/// <summary>The header by which a client can repeat the initiation of an upload, in the vault API and in S3: with the same key it gets the same
/// upload.</summary>
internal static class CreateKey
{
    /// <summary>The name of the header.</summary>
    public const string Header = "x-orleans-uploads-create-key";

    private const int MaxChars = 128;

    private static readonly string Rule = string.Create(
        CultureInfo.InvariantCulture,
        $"It must have 1 to {MaxChars} characters of printable ASCII without blanks. Choose a random one for each upload, and keep it until the "
        + $"upload has ended.");

    /// <summary>Reads the header.</summary>
    /// <returns>The key, or null if the request does not have the header.</returns>
    /// <exception cref="FrontError">The value is malformed.</exception>
    public static string? Read(FrontCall call)
    {
        var key = call.Header(Header);
        return key is null || (key.Length is >= 1 and <= MaxChars && !key.AsSpan().ContainsAnyExceptInRange('!', '~'))
            ? key
            : throw call.InvalidHeader(Header, key, Rule);
    }

    /// <summary>Describes the upload that has the key already.</summary>
    public static string Describe(Refusal.CreateKeyInUse refusal) => refusal.HasEnded
        ? $"The upload with this {Header} was aborted or has expired: {refusal.Upload}. Use another key."
        : $"The upload with this {Header} was initiated with other properties: {refusal.Upload}. Repeat the request that initiated it, or use "
            + "another key.";
}
