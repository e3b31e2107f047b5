using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansUploads.Cluster.Identity;

/// <summary>What distinguishes a cluster from its copies. It is stored with the decisions, so a copy of them has it too, until a command gives
/// the copy another one.</summary>
/// <param name="Id">Random hex digits.</param>
/// <param name="Database">The database in which the identity was made. A copy is in another one.</param>
/// <param name="IsCopy">Whether the cluster began as a copy of another one.</param>
/// <param name="Parts">Where the bytes of the cluster are, or null if no silo has started since the identity was made.</param>
/// <param name="Cluster">The cluster ID of the silo that started last, or null if none has started that records it.</param>
internal sealed record ClusterIdentity(string Id, string Database, bool IsCopy = false, string? Parts = null, string? Cluster = null)
{
    private const int IdLength = 16;

    public static ClusterIdentity Create(string database, bool isCopy) =>
        new(RandomNumberGenerator.GetHexString(IdLength, lowercase: true), database, isCopy);

    /// <summary>The cluster ID that silos and clients tell each other. A copy has another one than its original, even with the same
    /// settings.</summary>
    public string NameOf(string clusterId) => IsCopy ? $"{clusterId}-{Id}" : clusterId;

    public static ClusterIdentity Parse(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize(bytes, ClusterIdentityJson.Default.ClusterIdentity)!;

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, ClusterIdentityJson.Default.ClusterIdentity);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ClusterIdentity))]
internal sealed partial class ClusterIdentityJson : JsonSerializerContext;
