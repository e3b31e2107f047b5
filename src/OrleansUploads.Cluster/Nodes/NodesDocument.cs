using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansUploads.Core.Policies;

namespace OrleansUploads.Cluster.Nodes;

/// <summary>The content of the file of ingestion nodes.</summary>
/// <remarks>People write it. A member that this version does not know may be a limit, or a misspelled one, so it is refused.</remarks>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record NodesDocument(IReadOnlyList<NodeDocument>? Nodes)
{
    /// <summary>Reads the file.</summary>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="content">Its content.</param>
    /// <returns>The grants by subject.</returns>
    /// <exception cref="InvalidDataException">The file is not valid; the message says why.</exception>
    public static FrozenDictionary<string, NodeGrant> Parse(string path, byte[] content)
    {
        try
        {
            var nodes = JsonSerializer.Deserialize(content, NodesJson.Default.NodesDocument)?.Nodes
                ?? throw new InvalidDataException("It has no list 'nodes'.");
            var grants = new Dictionary<string, NodeGrant>(StringComparer.Ordinal);
            foreach (var node in nodes)
            {
                var grant = node.ToGrant();
                if (!grants.TryAdd(grant.Subject, grant))
                {
                    throw new InvalidDataException($"The subject '{grant.Subject}' is listed twice. List it once.");
                }
            }

            return grants.ToFrozenDictionary(StringComparer.Ordinal);
        }
        catch (JsonException malformed)
        {
            throw new InvalidDataException($"{path} is not a list of ingestion nodes: {JsonFlaw.Describe(malformed)}.", malformed);
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidDataException($"{path} is not a list of ingestion nodes: {fault.Message}", fault);
        }
    }
}

/// <summary>An ingestion node, as written in the file.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record NodeDocument(
    string? Subject, string? Account, string? Role, IReadOnlyList<string>? Vaults, IReadOnlyList<string>? Sha256)
{
    private const int FingerprintDigits = 64;

    /// <exception cref="InvalidDataException">A member is missing or wrong.</exception>
    public NodeGrant ToGrant()
    {
        var subject = NodeSubject.Parse(Subject)
            ?? throw new InvalidDataException(
                $"The subject '{Subject}' is not a distinguished name of at most {NodeSubject.MaxChars} characters, such as 'CN=node-7, O=Example'.");
        if (!AccountId.TryParse(Account, out var account))
        {
            throw new InvalidDataException($"The account of '{subject}' is '{Account}'. It must be 12 digits.");
        }

        if (!KeyScope.TryParse(Role, out var role))
        {
            throw new InvalidDataException($"The role of '{subject}' is '{Role}'. Use admin, read or upload.");
        }

        var fingerprints = Sha256?.Select(static text => text.Replace(":", "", StringComparison.Ordinal)).ToArray();
        return fingerprints?.FirstOrDefault(static text => text.Length != FingerprintDigits || !text.All(char.IsAsciiHexDigit)) is { } flawed
            ? throw new InvalidDataException($"'{subject}' has the fingerprint '{flawed}'. It must be {FingerprintDigits} hex digits.")
            : new NodeGrant(subject, account, new KeyScope(role, Vaults), fingerprints);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NodesDocument))]
internal sealed partial class NodesJson : JsonSerializerContext;
