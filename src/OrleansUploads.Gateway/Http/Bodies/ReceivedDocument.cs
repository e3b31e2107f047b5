using System.Buffers;
using System.Xml;
using OrleansUploads.Engine.Reading;
using OrleansUploads.Gateway.Http.Admission;

namespace OrleansUploads.Gateway.Http.Bodies;

/// <summary>A body that was read into memory, in blocks. It holds a place among the documents that are in memory at the same time, until
/// it is disposed.</summary>
internal sealed class ReceivedDocument : IDisposable
{
    /// <summary>The first block is large enough for almost every document.</summary>
    private const int FirstBlockBytes = 64 * 1024;

    /// <summary>The pool keeps a fixed number of arrays of each length, so only long blocks of long documents are reused.</summary>
    private const int BlockBytes = 1024 * 1024;

    private readonly List<byte[]> _blocks = [];
    private readonly DocumentPlaces.Place? _place;

    private ReceivedDocument(DocumentPlaces.Place? place)
    {
        _place = place;
    }

    /// <summary>A document without bytes. It holds no place, and all requests without a body share it.</summary>
    public static ReceivedDocument Empty { get; } = new(null);

    public int Length { get; private set; }

    /// <summary>Reads a body to its end, and waits until it may be worked on. Memory is taken only for bytes that arrive.
    /// Null if the body is longer than <paramref name="maxBytes"/>.</summary>
    /// <param name="place">Disposed with the document, or if there is no document.</param>
    public static async ValueTask<ReceivedDocument?> ReadAsync(
        Stream body, int maxBytes, DocumentPlaces.Place place, CancellationToken cancellationToken)
    {
        var document = new ReceivedDocument(place);
        var isWhole = false;
        try
        {
            if (!await document.FillAsync(body, maxBytes, cancellationToken))
            {
                return null;
            }

            await place.KeepAsync(cancellationToken);
            isWhole = true;
            return document;
        }
        finally
        {
            if (!isWhole)
            {
                document.Dispose();
            }
        }
    }

    public DocumentStream OpenRead() => new(_blocks, Length);

    public byte[] ToArray()
    {
        var copy = new byte[Length];
        using var bytes = OpenRead();
        bytes.ReadExactly(copy);
        return copy;
    }

    public void Dispose()
    {
        // The empty document is disposed by many requests at the same time.
        if (_place is null)
        {
            return;
        }

        foreach (var block in _blocks)
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        _blocks.Clear();
        Length = 0;
        _place.Dispose();
    }

    private async ValueTask<bool> FillAsync(Stream body, int maxBytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            var block = ArrayPool<byte>.Shared.Rent(_blocks.Count == 0 ? FirstBlockBytes : BlockBytes);
            _blocks.Add(block);

            // One byte more than allowed shows that the body is too long.
            var space = Math.Min(block.Length, maxBytes + 1 - Length);
            var read = await body.ReadAtLeastAsync(
                block.AsMemory(0, space), space, throwOnEndOfStream: false, cancellationToken);
            Length += read;
            if (Length > maxBytes || read < space)
            {
                return Length <= maxBytes;
            }
        }
    }

    /// <summary>Reads the bytes of a document, in short pieces.</summary>
    internal sealed class DocumentStream(IReadOnlyList<byte[]> blocks, int length) : ForwardStream
    {
        private const int MaxReadBytes = 4096;

        private int _position;
        private int _block;
        private int _offset;
        private long _end = long.MaxValue;

        public override long Length => length;

        /// <summary>Number of bytes that were read.</summary>
        public override long Position
        {
            get => _position;
            set => throw new NotSupportedException();
        }

        public void AllowUntil(long position) => _end = position;

        public override int Read(Span<byte> buffer)
        {
            if (_position == length)
            {
                return 0;
            }

            if (_position >= _end)
            {
                throw new XmlException("A tag, a text or a comment of the document is too long.");
            }

            if (_offset == blocks[_block].Length)
            {
                _block++;
                _offset = 0;
            }

            var bytes = Math.Min(Math.Min(buffer.Length, MaxReadBytes), Math.Min(blocks[_block].Length - _offset, length - _position));
            blocks[_block].AsSpan(_offset, bytes).CopyTo(buffer);
            _offset += bytes;
            _position += bytes;
            return bytes;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }
    }
}
