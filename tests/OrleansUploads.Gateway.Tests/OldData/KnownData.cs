using System.Text.Encodings.Web;

namespace OrleansUploads.Gateway.Tests.OldData;

/// <summary>The expected content of a stored data folder: the answers of the server that wrote it.</summary>
/// <param name="WrittenAt">The server's clock when the folder was closed.</param>
/// <param name="Answers">The body of each answer by the target of its GET request: JSON verbatim, other bytes as SHA-256.</param>
/// <param name="Uploads">Upload IDs by their role in the tests.</param>
/// <param name="Archives">Archive IDs by their role in the tests.</param>
public sealed record KnownData(
    DateTimeOffset WrittenAt,
    IReadOnlyDictionary<string, string> Answers,
    IReadOnlyDictionary<string, string> Uploads,
    IReadOnlyDictionary<string, string> Archives)
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string BodyText(ApiAnswer answer) => answer.Header("Content-Type") == "application/json"
        ? answer.Text
        : "sha256:" + Convert.ToHexStringLower(SHA256.HashData(answer.Body));

    public static KnownData Parse(string json) => JsonSerializer.Deserialize<KnownData>(json)!;

    public string ToJson() => JsonSerializer.Serialize(this, Indented) + "\n";
}
