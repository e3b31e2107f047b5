using System.Buffers.Text;
using System.Net;
using System.Text;

namespace OrleansUploads.Cluster.Nodes;

/// <summary>Who an ingestion node is, as its connection proved it.</summary>
/// <remarks>Grains see the ID of the client that calls them. A client chooses its own ID and could state any other, so the client port
/// gives each connection of a node an ID that contains this identity (<see cref="NodeConnections"/>). Every silo can read it, and no other
/// connection gets it.</remarks>
/// <param name="Subject">The subject of the node's certificate, in the form of <see cref="NodeSubject"/>.</param>
/// <param name="Address">The address that it connected from, or null if the transport has none.</param>
internal sealed record NodeIdentity(string Subject, IPAddress? Address)
{
    private const string ClientType = "sys.client";
    private const string Prefix = "node";
    private const char Separator = '.';
    private const int MaxKeyBytes = 64;

    /// <summary>Whether a grain type is that of clients.</summary>
    public static bool IsClient(GrainType type) => type.AsSpan().SequenceEqual("sys.client"u8);

    /// <summary>The ID of the node for the silos.</summary>
    /// <param name="client">The ID that the node's client has chosen for itself.</param>
    /// <returns>Null if that ID is not of the form that Orleans' clients choose.</returns>
    public GrainId? Mark(GrainId client)
    {
        var key = client.Key.AsSpan();
        if (!IsClient(client.Type) || key.Length is 0 or > MaxKeyBytes || !Ascii.IsValid(key) || !IsPlain(key))
        {
            return null;
        }

        var address = Address is null ? "" : Address.ToString();
        return GrainId.Create(
            ClientType,
            string.Join(Separator, Prefix, Encode(Subject), Encode(address), Encoding.ASCII.GetString(key)));
    }

    /// <summary>Reads the identity in the ID of a caller, or returns null if the caller is no ingestion node.</summary>
    public static NodeIdentity? Read(GrainId? caller)
    {
        if (caller is not { } id || !IsClient(id.Type) || !id.Key.AsSpan().StartsWith("node."u8))
        {
            return null;
        }

        var parts = id.Key.ToString()!.Split(Separator);
        return new NodeIdentity(Decode(parts[1]), IPAddress.TryParse(Decode(parts[2]), out var address) ? address : null);
    }

    private static bool IsPlain(ReadOnlySpan<byte> key)
    {
        foreach (var character in key)
        {
            if (!char.IsAsciiLetterOrDigit((char)character))
            {
                return false;
            }
        }

        return true;
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string Decode(string text) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
}
