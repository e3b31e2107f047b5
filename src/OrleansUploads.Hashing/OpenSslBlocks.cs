using System.Runtime.InteropServices;

namespace OrleansUploads.Hashing;

/// <summary>SHA-256 of whole blocks by OpenSSL, from a given state. .NET's own SHA-256 uses the same library on Linux, but does not give
/// its state away.</summary>
internal static unsafe class OpenSslBlocks
{
    private const string Library = "libcrypto.so.3";

    private static readonly delegate* unmanaged<Context*, byte*, nuint, int> Update = FindUpdate();

    /// <summary>Whether the library is there and computes what is expected.</summary>
    public static bool IsSupported { get; } = Update != null && HashesOneBlock();

    /// <summary>Continues a hash by <paramref name="count"/> blocks.</summary>
    public static void Append(ref Sha256State state, byte* blocks, int count)
    {
        Context context = default;
        context.State = state;

        // Whole blocks change nothing but the state and the length, which the caller counts.
        if (Update(&context, blocks, (nuint)count * Sha256Batch.BlockBytes) != 1)
        {
            throw new InvalidOperationException("OpenSSL's SHA256_Update reported an error.");
        }

        state = context.State;
    }

    private static delegate* unmanaged<Context*, byte*, nuint, int> FindUpdate() =>
        NativeLibrary.TryLoad(Library, out var library) && NativeLibrary.TryGetExport(library, "SHA256_Update", out var update)
            ? (delegate* unmanaged<Context*, byte*, nuint, int>)update
            : null;

    /// <summary>Hashes the padded empty message, whose digest is known, to find out that the context is what it is taken for.</summary>
    private static bool HashesOneBlock()
    {
        var block = stackalloc byte[Sha256Batch.BlockBytes];
        block[0] = 0x80;
        var state = Sha256State.Begin();
        Append(ref state, block, 1);
        ReadOnlySpan<uint> expected =
        [
            0xE3B0C442, 0x98FC1C14, 0x9AFBF4C8, 0x996FB924, 0x27AE41E4, 0x649B934C, 0xA495991B, 0x7852B855,
        ];
        return ((ReadOnlySpan<uint>)state).SequenceEqual(expected);
    }

    /// <summary>OpenSSL's <c>SHA256_CTX</c>. All its words are 32 bits on every platform.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 112)]
    private struct Context
    {
        [FieldOffset(0)]
        public Sha256State State;
    }
}
