using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using OrleansUploads.Cluster.Tls;
using OrleansUploads.Core.Policies;

namespace OrleansUploads.Cluster.Nodes;

/// <summary>The ingestion nodes that may connect, from a file. A change takes effect within two seconds, also for nodes that are
/// connected. A file that cannot be read is reported, and the grants from before stay.</summary>
public sealed partial class NodeGrants
{
    private readonly RenewableFiles<FrozenDictionary<string, NodeGrant>>? _file;
    private readonly ILogger _log;

    /// <param name="path">The file, or null if no node may connect.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Receives an error if the file cannot be read.</param>
    /// <exception cref="InvalidDataException">The file is not valid; the message says why.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public NodeGrants(string? path, TimeProvider time, ILogger<NodeGrants> log)
    {
        _log = log;
        if (path is not null)
        {
            _file = new RenewableFiles<FrozenDictionary<string, NodeGrant>>(
                [path], contents => NodesDocument.Parse(path, contents[0]), time, Report);
        }
    }

    /// <summary>Why the file as it is now cannot be used, or null. This looks at the file, as <see cref="Find"/> does.</summary>
    public string? Problem
    {
        get
        {
            _ = _file?.Current;
            return _file?.Problem;
        }
    }

    /// <summary>Finds a node by the subject of its certificate, or returns null.</summary>
    public NodeGrant? Find(string subject) => _file?.Current.GetValueOrDefault(subject);

    private void Report(string? problem)
    {
        if (problem is null)
        {
            LogReadable(_log);
        }
        else
        {
            LogUnreadable(_log, problem);
        }
    }

    [LoggerMessage(3030, LogLevel.Error, "The list of ingestion nodes cannot be read, and the one from before stays in use: {Reason}")]
    private static partial void LogUnreadable(ILogger log, string reason);

    [LoggerMessage(3031, LogLevel.Information, "The list of ingestion nodes can be read again")]
    private static partial void LogReadable(ILogger log);
}

/// <summary>What the owner of a certificate may do.</summary>
/// <param name="Subject">The subject of the certificate, in the form of <see cref="NodeSubject"/>.</param>
/// <param name="Account">The account that it acts for.</param>
/// <param name="Scope">The limits, as those of an access key.</param>
/// <param name="Fingerprints">The SHA-256 fingerprints of the certificates that may be used, or null for every valid certificate with this
/// subject. Removing a fingerprint withdraws a certificate before it expires.</param>
public sealed record NodeGrant(string Subject, AccountId Account, KeyScope Scope, IReadOnlyList<string>? Fingerprints)
{
    /// <summary>Whether a certificate with this subject may be used.</summary>
    public bool Accepts(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return Fingerprints is null || Fingerprints.Contains(FingerprintOf(certificate), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The fingerprint of a certificate: 64 hex digits.</summary>
    public static string FingerprintOf(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return certificate.GetCertHashString(HashAlgorithmName.SHA256);
    }
}

/// <summary>The content of the file of ingestion nodes.</summary>
/// <remarks>People write it. A member that this version does not know may be a limit, or a misspelled one, so it is refused.</remarks>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record NodesDocument(IReadOnlyList<NodeDocument>? Nodes)
{
    /// <summary>Reads the file, and returns the grants by subject.</summary>
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
