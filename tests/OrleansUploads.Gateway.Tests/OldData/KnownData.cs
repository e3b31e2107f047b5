using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansUploads.Gateway.Tests.Harness;

namespace OrleansUploads.Gateway.Tests.OldData;

/// <summary>What a stored data folder holds, as the server that wrote it answered.</summary>
/// <param name="WrittenAt">The server's clock when the folder was closed.</param>
/// <param name="Answers">Reading requests by target, with the body of each answer: JSON as it is, other bytes by their SHA-256.</param>
/// <param name="Uploads">IDs of uploads by what they stand for.</param>
/// <param name="Archives">IDs of archives by what they stand for.</param>
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
