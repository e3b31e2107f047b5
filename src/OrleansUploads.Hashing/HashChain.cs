using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace OrleansUploads.Hashing;

/// <summary>SHA-256 or MD5 of bytes that arrive in pieces. A chain whose state is known can be continued in a lane beside
/// others.</summary>
/// <param name="hasState">Whether the state is known. It needs <see cref="OpenSslBlocks{TState}"/>; without it, the platform
/// hashes.</param>
internal sealed class HashChain<TState>(bool hasState) : IDisposable
    where TState : unmanaged, IHashState<TState>
{
    private readonly IncrementalHash? _platform = hasState ? null : IncrementalHash.CreateHash(TState.Algorithm);
    private TState _state = HashStates.Begin<TState>();
    private Block _tail;
    private long _blocks;
    private int _tailBytes;

    /// <summary>Whether the next bytes may be hashed in a lane: the state is known, and no part of a block waits.</summary>
    public bool CanJoinLanes => _platform is null && _tailBytes == 0;

    /// <summary>The state after all whole blocks.</summary>
    public TState State => _state;

    public void Append(ReadOnlySpan<byte> data)
    {
        if (_platform is not null)
        {
            _platform.AppendData(data);
            return;
        }

        if (_tailBytes > 0)
        {
            var missing = data[..Math.Min(data.Length, HashStates.BlockBytes - _tailBytes)];
            AppendToTail(missing);
            data = data[missing.Length..];
            if (_tailBytes < HashStates.BlockBytes)
            {
                return;
            }

            _tailBytes = 0;
            AppendBlocks(_tail);
        }

        var wholeBytes = data.Length - (data.Length % HashStates.BlockBytes);
        AppendBlocks(data[..wholeBytes]);
        AppendToTail(data[wholeBytes..]);
    }

    /// <summary>Takes over a state to which a lane has appended whole blocks.</summary>
    public void Continue(in TState state, int blocks)
    {
        _state = state;
        _blocks += blocks;
    }

    /// <summary>Writes the hash of all bytes so far.</summary>
    public void Current(Span<byte> digest)
    {
        if (_platform is not null)
        {
            _platform.GetCurrentHash(digest);
            return;
        }

        var (state, tail, tailBytes, blocks) = (_state, _tail, _tailBytes, _blocks);
        Pad();
        HashStates.Write(_state, digest);
        (_state, _tail, _tailBytes, _blocks) = (state, tail, tailBytes, blocks);
    }

    /// <summary>Writes the hash of all bytes, and begins anew.</summary>
    public void Finish(Span<byte> digest)
    {
        if (_platform is not null)
        {
            _platform.GetHashAndReset(digest);
            return;
        }

        Current(digest);
        (_state, _tailBytes, _blocks) = (HashStates.Begin<TState>(), 0, 0);
    }

    public void Dispose() => _platform?.Dispose();

    /// <summary>Appends a one bit, zeros, and the length in bits: FIPS 180-4, section 5.1.1, and RFC 1321, section 3.1.</summary>
    private void Pad()
    {
        const int LengthBytes = sizeof(ulong);
        var lengthBits = (ulong)((_blocks * HashStates.BlockBytes) + _tailBytes) * 8;
        var zeros = (2 * HashStates.BlockBytes) - LengthBytes - 1 - _tailBytes;
        Span<byte> padding = stackalloc byte[2 * HashStates.BlockBytes];
        padding = padding[..(1 + (zeros % HashStates.BlockBytes) + LengthBytes)];
        padding.Clear();
        padding[0] = 0x80;
        BinaryPrimitives.WriteUInt64LittleEndian(
            padding[^LengthBytes..], TState.IsBigEndian ? BinaryPrimitives.ReverseEndianness(lengthBits) : lengthBits);
        Append(padding);
    }

    private unsafe void AppendBlocks(ReadOnlySpan<byte> blocks)
    {
        if (blocks.IsEmpty)
        {
            return;
        }

        var count = blocks.Length / HashStates.BlockBytes;
        fixed (byte* start = blocks)
        {
            OpenSslBlocks<TState>.Append(ref _state, start, count);
        }

        _blocks += count;
    }

    private void AppendToTail(ReadOnlySpan<byte> data)
    {
        data.CopyTo(((Span<byte>)_tail)[_tailBytes..]);
        _tailBytes += data.Length;
    }

    [InlineArray(HashStates.BlockBytes)]
    private struct Block
    {
        private byte _first;
    }
}
