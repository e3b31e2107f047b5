using System.Buffers;
using OrleansUploads.Hashing;

namespace OrleansUploads.Engine.Bytes;

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
    private readonly Memory<byte> _memory;
    private readonly byte[]? _piece;
    private int _filledBytes;

    /// <param name="lengthBytes">The announced length of the body.</param>
    /// <param name="withLinearHash">Whether the linear hash is wanted.</param>
    /// <param name="lanes">Hashes the pieces of several bodies at a time, or null to hash each piece alone.</param>
    public BodyWindow(long lengthBytes, bool withLinearHash, SharedLanes? lanes)
    {
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

    /// <summary>Reads the next piece: <see cref="PieceBytes"/>, or fewer at the end of the body. Earlier pieces are not valid any more.
    /// </summary>
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

    /// <inheritdoc/>
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
