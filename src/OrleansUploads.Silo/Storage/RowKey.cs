using System.Text;
using Orleans.Storage;

namespace OrleansUploads.Silo.Storage;

/// <summary>The key of a row of Orleans' grain storage table, without the service ID.</summary>
/// <param name="GrainHash">Orleans' hash of the grain's key.</param>
/// <param name="N0">The first half of a GUID key.</param>
/// <param name="N1">The second half of a GUID key, or an integer key.</param>
/// <param name="Text">A string key, or the extension of another one.</param>
/// <param name="StateHash">Orleans' hash of the state name.</param>
/// <param name="State">The state name.</param>
internal sealed record RowKey(int GrainHash, long N0, long N1, string? Text, int StateHash, string State)
{
    /// <summary>Returns the key under which Orleans' provider stores a state of a grain.</summary>
    public static RowKey Of(GrainId grain, string state, IHasher hasher)
    {
        var (n0, n1, text, bytes) = Parts(grain);
        if (BitConverter.IsLittleEndian)
        {
            // Orleans hashes the bytes of a key in reverse on little-endian machines.
            Array.Reverse(bytes);
        }

        return new RowKey(hasher.Hash(bytes), n0, n1, text, hasher.Hash(Encoding.UTF8.GetBytes(state)), state);
    }

    private static (long N0, long N1, string? Text, byte[] Bytes) Parts(GrainId grain)
    {
        if (grain.TryGetGuidKey(out var guid, out var extension))
        {
            var bytes = guid.ToByteArray();
            return (BitConverter.ToInt64(bytes), BitConverter.ToInt64(bytes, sizeof(long)), extension, WithText(bytes, extension));
        }

        if (grain.TryGetIntegerKey(out var number, out extension))
        {
            return (0, number, extension, WithText(BitConverter.GetBytes(number), extension));
        }

        var text = grain.Key.ToString()!;
        return (0, 0, text, Encoding.UTF8.GetBytes(text));
    }

    private static byte[] WithText(byte[] key, string? extension) =>
        extension is null ? key : [.. key, .. Encoding.UTF8.GetBytes(extension)];
}
