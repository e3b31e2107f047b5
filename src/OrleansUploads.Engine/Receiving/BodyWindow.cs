using System.Buffers;
using OrleansUploads.Engine.Attempts;

namespace OrleansUploads.Engine.Receiving;

/// <summary>The memory into which one body is read, a piece at a time, and the hashes of the body.</summary>
/// <remarks>The linear hash, if it is wanted, takes each piece as it comes. The leaves of a long body wait until there are enough of them
/// to be computed together. Until then the window keeps their bytes. There are few such windows; other bodies have the memory of one
/// piece, and their leaves take each piece, too.</remarks>
internal sealed class BodyWindow : IDisposable
{
    /// <summary>Maximum length of a piece. The 1 MiB leaf is a multiple of it.</summary>
    public const int PieceBytes = 256 * 1024;

    /// <summary>With fewer leaves a batch is not faster.</summary>
    private const int MinBatchedLeaves = 5;

    /// <summary>More bodies at a time would wait for a core. Eight windows are at most 128 MiB, and a body touches no more of its window than it fills.</summary>
    private static readonly int MaxWindows = Math.Clamp(2 * Environment.ProcessorCount, 4, 8);

    private static readonly BlockPool Windows = new(PartHasher.BatchBytes, MaxWindows);

    private readonly PartHasher _hasher;
    private readonly long _lengthBytes;
    private readonly Memory<byte> _memory;
    private readonly byte[]? _piece;
    private int _filledBytes;

    public BodyWindow(long lengthBytes, bool withLinearHash, SharedLanes? lanes)
    {
        _lengthBytes = lengthBytes;

        // The linear hash computes the first leaf.
        var leaves = (lengthBytes / TreeHash.LeafBytes) - (withLinearHash ? 1 : 0);
        if (leaves >= MinBatchedLeaves && PartHasher.HasBatches && Windows.TryRent() is { } window)
        {
            _memory = window;
        }
        else
        {
            _piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
            _memory = _piece.AsMemory(0, PieceBytes);
        }

        _hasher = new PartHasher(withLinearHash, lanes, leavesInLanes: _piece is not null);
    }

    /// <summary>Copies a body to an attempt, hashes it, and computes further digests beside it. Stops at the end of the body, or when it is
    /// longer than announced.</summary>
    /// <param name="writer">Writes the attempt.</param>
    /// <param name="digest">Computes further digests of a piece, which is valid until the task ends; null for none.</param>
    /// <param name="cancellationToken">Stops between two pieces.</param>
    /// <returns>The number of bytes of the body that were read.</returns>
    public async ValueTask<long> CopyAsync(
        Stream body, IAttemptWriter writer, Func<ReadOnlyMemory<byte>, Task>? digest, CancellationToken cancellationToken)
    {
        long received = 0;
        while (true)
        {
            var piece = await ReadAsync(body, cancellationToken);
            received += piece.Length;
            if (piece.IsEmpty || received > _lengthBytes)
            {
                return received;
            }

            var digested = digest?.Invoke(piece) ?? Task.CompletedTask;
            var hashed = AppendAsync(piece);
            try
            {
                await writer.WriteAsync(piece, cancellationToken);
            }
            finally
            {
                // The memory must not be used again, by this body or by another, while its bytes are read.
                await digested;
                await hashed;
            }
        }
    }

    /// <summary>Reads the next piece: <see cref="PieceBytes"/>, or fewer at the end of the body. Earlier pieces become invalid.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        if (_filledBytes == _memory.Length)
        {
            AppendTree();
        }

        // Less than a piece is left only after the last one, when there is nothing more to read.
        var piece = _memory.Slice(_filledBytes, Math.Min(PieceBytes, _memory.Length - _filledBytes));
        var count = await body.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, cancellationToken);
        return piece[..count];
    }

    /// <summary>Appends the piece that was read last to the hashes.</summary>
    public ValueTask AppendAsync(ReadOnlyMemory<byte> piece)
    {
        if (_piece is null)
        {
            _filledBytes += piece.Length;
        }

        return _hasher.AppendAsync(piece);
    }

    /// <summary>Returns the hashes of all pieces.</summary>
    public PartHashes Finish()
    {
        AppendTree();
        return _hasher.Finish();
    }

    public void Dispose()
    {
        _hasher.Dispose();
        if (_piece is not null)
        {
            ArrayPool<byte>.Shared.Return(_piece);
        }
        else
        {
            Windows.Return(_memory);
        }
    }

    private void AppendTree()
    {
        _hasher.AppendTree(_memory.Span[.._filledBytes]);
        _filledBytes = 0;
    }
}
