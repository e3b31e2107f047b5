using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace OrleansUploads.Hashing;

/// <summary>A hash of whole blocks by OpenSSL, from a given state. .NET's own hashes use the same library on Linux, but do not give
/// their state away.</summary>
internal static unsafe class OpenSslBlocks<TState>
    where TState : unmanaged, IHashState<TState>
{
    private const string Library = "libcrypto.so.3";

    private static readonly delegate* unmanaged<Context*, byte*, nuint, int> Update = FindUpdate();

    /// <summary>Whether the library is there and computes what is expected.</summary>
    public static bool IsSupported { get; } = Update != null && HashesOneBlock();

    /// <summary>Continues a hash by <paramref name="count"/> blocks.</summary>
    public static void Append(ref TState state, byte* blocks, int count)
    {
        Context context = default;
        Unsafe.As<Context, TState>(ref context) = state;

        // Whole blocks change nothing but the state and the length, which the caller counts.
        if (Update(&context, blocks, (nuint)count * HashStates.BlockBytes) != 1)
        {
            throw new InvalidOperationException($"OpenSSL's {TState.OpenSslName} reported an error.");
        }

        state = Unsafe.As<Context, TState>(ref context);
    }

    private static delegate* unmanaged<Context*, byte*, nuint, int> FindUpdate() =>
        NativeLibrary.TryLoad(Library, out var library) && NativeLibrary.TryGetExport(library, TState.OpenSslName, out var update)
            ? (delegate* unmanaged<Context*, byte*, nuint, int>)update
            : null;

    /// <summary>Hashes the padded empty message to find out that the context is what it is taken for.</summary>
    private static bool HashesOneBlock()
    {
        var block = stackalloc byte[HashStates.BlockBytes];
        block[0] = 0x80;
        var state = HashStates.Begin<TState>();
        Append(ref state, block, 1);
        Span<byte> digest = stackalloc byte[sizeof(TState)];
        HashStates.Write(state, digest);
        return digest.SequenceEqual(CryptographicOperations.HashData(TState.Algorithm, []));
    }

    /// <summary>Memory for OpenSSL's <c>SHA256_CTX</c> or <c>MD5_CTX</c>. Both begin with the state, all their words are 32 bits on every
    /// platform, and SHA-256's is the longer one.</summary>
    [InlineArray(112 / sizeof(uint))]
    private struct Context
    {
        private uint _first;
    }
}
