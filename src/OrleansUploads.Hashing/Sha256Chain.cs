using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace OrleansUploads.Hashing;

/// <summary>SHA-256 of bytes that arrive in pieces. A chain whose state is known can be continued in a lane beside others.</summary>
/// <param name="hasState">Whether the state is known. It needs <see cref="OpenSslBlocks"/>; without it, the platform hashes.</param>
internal sealed class Sha256Chain(bool hasState) : IDisposable
{
    private readonly IncrementalHash? _platform = hasState ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private Sha256State _state = Sha256State.Begin();
    private Block _tail;
    private long _blocks;
    private int _tailBytes;

    /// <summary>Whether the next bytes may be hashed in a lane: the state is known, and no part of a block waits.</summary>
    public bool CanJoinLanes => _platform is null && _tailBytes == 0;

    /// <summary>The state after all whole blocks.</summary>
    public Sha256State State => _state;

    public void Append(ReadOnlySpan<byte> data)
    {
        if (_platform is not null)
        {
            _platform.AppendData(data);
            return;
        }

        if (_tailBytes > 0)
        {
            var missing = data[..Math.Min(data.Length, Sha256Batch.BlockBytes - _tailBytes)];
            AppendToTail(missing);
            data = data[missing.Length..];
            if (_tailBytes < Sha256Batch.BlockBytes)
            {
                return;
            }

            _tailBytes = 0;
            AppendBlocks(_tail);
        }

        var wholeBytes = data.Length - (data.Length % Sha256Batch.BlockBytes);
        AppendBlocks(data[..wholeBytes]);
        AppendToTail(data[wholeBytes..]);
    }

    /// <summary>Takes over a state to which a lane has appended whole blocks.</summary>
    public void Continue(in Sha256State state, int blocks)
    {
        _state = state;
        _blocks += blocks;
    }

    public Sha256Digest Current()
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Bytes];
        if (_platform is not null)
        {
            _platform.GetCurrentHash(digest);
            return new Sha256Digest(digest);
        }

        var (state, tail, tailBytes, blocks) = (_state, _tail, _tailBytes, _blocks);
        Pad();
        for (var i = 0; i < Sha256State.Words; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(digest[(i * sizeof(uint))..], _state[i]);
        }

        (_state, _tail, _tailBytes, _blocks) = (state, tail, tailBytes, blocks);
        return new Sha256Digest(digest);
    }

    /// <summary>The hash of all bytes; begins anew.</summary>
    public Sha256Digest Finish()
    {
        if (_platform is not null)
        {
            Span<byte> digest = stackalloc byte[Sha256Digest.Bytes];
            _platform.GetHashAndReset(digest);
            return new Sha256Digest(digest);
        }

        var current = Current();
        (_state, _tailBytes, _blocks) = (Sha256State.Begin(), 0, 0);
        return current;
    }

    public void Dispose() => _platform?.Dispose();

    /// <summary>Appends a one bit, zeros, and the length in bits: FIPS 180-4, section 5.1.1.</summary>
    private void Pad()
    {
        const int LengthBytes = sizeof(ulong);
        var lengthBits = (ulong)((_blocks * Sha256Batch.BlockBytes) + _tailBytes) * 8;
        var zeros = (2 * Sha256Batch.BlockBytes) - LengthBytes - 1 - _tailBytes;
        Span<byte> padding = stackalloc byte[2 * Sha256Batch.BlockBytes];
        padding = padding[..(1 + (zeros % Sha256Batch.BlockBytes) + LengthBytes)];
        padding.Clear();
        padding[0] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(padding[^LengthBytes..], lengthBits);
        Append(padding);
    }

    private unsafe void AppendBlocks(ReadOnlySpan<byte> blocks)
    {
        if (blocks.IsEmpty)
        {
            return;
        }

        var count = blocks.Length / Sha256Batch.BlockBytes;
        fixed (byte* start = blocks)
        {
            OpenSslBlocks.Append(ref _state, start, count);
        }

        _blocks += count;
    }

    private void AppendToTail(ReadOnlySpan<byte> data)
    {
        data.CopyTo(((Span<byte>)_tail)[_tailBytes..]);
        _tailBytes += data.Length;
    }

    [InlineArray(Sha256Batch.BlockBytes)]
    private struct Block
    {
        private byte _first;
    }
}
