using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OrleansUploads.Signing;

/// <summary>Decodes an aws-chunked body that arrives in pieces, and verifies the signatures of its chunks and its trailer. Needs a
/// fixed amount of memory. Not thread-safe.</summary>
/// <remarks>The bytes of a chunk are returned before its signature has been verified. The caller must discard everything if an error
/// follows.</remarks>
public sealed class ChunkedBodyDecoder : IDisposable
{
    private const int MaxLineBytes = 1024;
    private const int MaxTrailers = 8;

    // Clients end the body with none, one or two empty lines.
    private const int MaxEmptyLines = 3;
    private const int SignatureBytes = HMACSHA256.HashSizeInBytes;
    private const string TrailerSignature = "x-amz-trailer-signature";

    private static readonly SearchValues<byte> TokenBytes =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."u8);

    private readonly PayloadMode _mode;
    private readonly ChunkSignatures? _signatures;
    private readonly IReadOnlyCollection<string> _announced;
    private readonly IncrementalHash? _hash;
    private readonly SortedDictionary<string, string> _trailers = new(StringComparer.Ordinal);
    private readonly byte[] _chunkSignature = new byte[SignatureBytes];
    private byte[] _line = ArrayPool<byte>.Shared.Rent(MaxLineBytes);
    private int _lineBytes;
    private State _state = State.ChunkHeader;
    private long _missingBytes;
    private long _chunkBytes;
    private int _emptyLines;
    private string? _trailerSignature;

    /// <summary>Creates a decoder for one body.</summary>
    /// <param name="mode">A mode whose body is aws-chunked.</param>
    /// <param name="lengthBytes">Length of the decoded body (<c>x-amz-decoded-content-length</c>).</param>
    /// <param name="signatures">The chain that starts at the request's signature; null to accept every signature.</param>
    /// <param name="announced">The lower-case names of the trailers that the request announces (<c>x-amz-trailer</c>).</param>
    public ChunkedBodyDecoder(
        PayloadMode mode, long lengthBytes, ChunkSignatures? signatures, IReadOnlyCollection<string> announced)
    {
        ArgumentNullException.ThrowIfNull(announced);
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        if (!mode.IsChunked())
        {
            throw new ArgumentOutOfRangeException(nameof(mode), mode, "The body is not aws-chunked.");
        }

        _mode = mode;
        _missingBytes = lengthBytes;
        _signatures = mode.HasSignedChunks() ? signatures : null;
        _announced = announced;
        _hash = _signatures is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    }

    private enum State
    {
        ChunkHeader,
        ChunkData,
        ChunkEnd,
        Trailer,
        Complete,
    }

    /// <summary>What is wrong. Once set, the decoder accepts nothing.</summary>
    public ChunkedBodyError Error { get; private set; }

    /// <summary>The trailers by lower-case name, without their signature. Complete after <see cref="Finish"/>.</summary>
    public IReadOnlyDictionary<string, string> Trailers => _trailers;

    /// <summary>Decodes some bytes. Check <see cref="Error"/> afterwards.</summary>
    /// <param name="input">The next bytes of the body.</param>
    /// <param name="output">Receives decoded bytes.</param>
    /// <param name="consumed">Number of input bytes used. If it is smaller than the input, call again with more space.</param>
    /// <param name="produced">Number of decoded bytes.</param>
    public void Decode(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out int produced)
    {
        consumed = produced = 0;
        while (Error == ChunkedBodyError.None && consumed < input.Length)
        {
            if (_state == State.ChunkData)
            {
                var count = (int)Math.Min(_chunkBytes, Math.Min(input.Length - consumed, output.Length - produced));
                if (count == 0)
                {
                    return;
                }

                TakeData(input.Slice(consumed, count), output[produced..]);
                consumed += count;
                produced += count;
            }
            else if (TakeLine(input, ref consumed))
            {
                ReadLine();
            }
        }
    }

    /// <summary>Ends the body: checks that it is whole, and verifies the trailer.</summary>
    /// <returns>What is wrong; <see cref="ChunkedBodyError.None"/> if the body is whole and authentic.</returns>
    public ChunkedBodyError Finish()
    {
        // Some clients leave out the line end after the last chunk or trailer.
        if (Error == ChunkedBodyError.None && _lineBytes > 0)
        {
            ReadLine();
        }

        if (Error == ChunkedBodyError.None && _state != State.Complete)
        {
            if (_state != State.Trailer)
            {
                Fail(ChunkedBodyError.Incomplete);
            }
            else
            {
                VerifyTrailer();
                _state = State.Complete;
            }
        }

        return Error;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _hash?.Dispose();
        ArrayPool<byte>.Shared.Return(_line);
        _line = [];
    }

    private void Fail(ChunkedBodyError error) => Error = error;

    private void TakeData(ReadOnlySpan<byte> data, Span<byte> output)
    {
        data.CopyTo(output);
        _hash?.AppendData(data);
        _chunkBytes -= data.Length;
        _missingBytes -= data.Length;
        if (_chunkBytes == 0)
        {
            VerifyChunk();
            _state = State.ChunkEnd;
        }
    }

    /// <summary>Moves bytes to the line until it is whole.</summary>
    private bool TakeLine(ReadOnlySpan<byte> input, ref int consumed)
    {
        var rest = input[consumed..];
        var end = rest.IndexOf((byte)'\n');
        var part = end < 0 ? rest : rest[..end];
        if (_lineBytes + part.Length > MaxLineBytes)
        {
            Fail(_state == State.Trailer ? ChunkedBodyError.MalformedTrailer : ChunkedBodyError.MalformedChunk);
            return false;
        }

        part.CopyTo(_line.AsSpan(_lineBytes));
        _lineBytes += part.Length;
        consumed += part.Length + (end < 0 ? 0 : 1);
        return end >= 0;
    }

    private void ReadLine()
    {
        var line = _line.AsSpan(0, _lineBytes);
        _lineBytes = 0;
        if (line.EndsWith("\r"u8))
        {
            line = line[..^1];
        }

        switch (_state)
        {
            case State.ChunkHeader:
                ReadChunkHeader(line);
                break;
            case State.ChunkEnd when line.IsEmpty:
                _state = State.ChunkHeader;
                break;
            case State.Trailer:
                ReadTrailer(line);
                break;
            default:
                Fail(ChunkedBodyError.MalformedChunk);
                break;
        }
    }

    private void ReadChunkHeader(ReadOnlySpan<byte> line)
    {
        var prefix = ";chunk-signature="u8;
        var semicolon = line.IndexOf((byte)';');
        var digits = semicolon < 0 ? line : line[..semicolon];
        var extension = semicolon < 0 ? default : line[semicolon..];
        if (!Utf8Parser.TryParse(digits, out ulong bytes, out var parsed, 'x') || parsed != digits.Length)
        {
            Fail(ChunkedBodyError.MalformedChunk);
            return;
        }

        if (_mode.HasSignedChunks()
            && (!extension.StartsWith(prefix)
                || extension.Length != prefix.Length + (2 * SignatureBytes)
                || Convert.FromHexString(extension[prefix.Length..], _chunkSignature, out _, out _) != OperationStatus.Done))
        {
            Fail(ChunkedBodyError.MalformedChunk);
            return;
        }

        if (bytes > (ulong)_missingBytes || (bytes == 0 && _missingBytes > 0))
        {
            Fail(ChunkedBodyError.Incomplete);
            return;
        }

        _chunkBytes = (long)bytes;
        if (bytes == 0)
        {
            VerifyChunk();
            _state = State.Trailer;
        }
        else
        {
            _state = State.ChunkData;
        }
    }

    private void VerifyChunk()
    {
        if (_signatures is null || _hash is null)
        {
            return;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(hash);
        if (!_signatures.VerifyChunk(hash, _chunkSignature))
        {
            Fail(ChunkedBodyError.ChunkSignatureDiffers);
        }
    }

    private void ReadTrailer(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
        {
            _emptyLines++;
            if (_emptyLines > MaxEmptyLines)
            {
                Fail(ChunkedBodyError.MalformedTrailer);
            }

            return;
        }

        var colon = line.IndexOf((byte)':');
        if (colon < 1
            || line[..colon].ContainsAnyExcept(TokenBytes)
            || line[(colon + 1)..].ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            Fail(ChunkedBodyError.MalformedTrailer);
            return;
        }

        var name = Encoding.ASCII.GetString(line[..colon]).ToLowerInvariant();
        var value = Encoding.ASCII.GetString(line[(colon + 1)..]).Trim();
        if (name == TrailerSignature)
        {
            if (_trailerSignature is not null || _mode != PayloadMode.SignedChunksWithTrailer)
            {
                Fail(ChunkedBodyError.MalformedTrailer);
            }

            _trailerSignature = value;
            return;
        }

        if (!_mode.HasTrailer() || !_announced.Contains(name) || _trailers.Count == MaxTrailers || !_trailers.TryAdd(name, value))
        {
            Fail(ChunkedBodyError.MalformedTrailer);
        }
    }

    private void VerifyTrailer()
    {
        if (!_mode.HasTrailer())
        {
            return;
        }

        foreach (var name in _announced)
        {
            if (!_trailers.ContainsKey(name))
            {
                Fail(ChunkedBodyError.MalformedTrailer);
                return;
            }
        }

        if (_signatures is null)
        {
            return;
        }

        Span<byte> signature = stackalloc byte[SignatureBytes];
        if (_trailerSignature?.Length != 2 * SignatureBytes
            || Convert.FromHexString(_trailerSignature, signature, out _, out _) != OperationStatus.Done
            || !_signatures.VerifyTrailer(HashTrailers(), signature))
        {
            Fail(ChunkedBodyError.TrailerSignatureDiffers);
        }
    }

    /// <summary>Each trailer on its own line, sorted by name.</summary>
    private byte[] HashTrailers()
    {
        var text = new StringBuilder();
        foreach (var (name, value) in _trailers)
        {
            text.Append(name).Append(':').Append(value).Append('\n');
        }

        return SHA256.HashData(Encoding.ASCII.GetBytes(text.ToString()));
    }
}

/// <summary>What is wrong with an aws-chunked body.</summary>
public enum ChunkedBodyError
{
    /// <summary>No error.</summary>
    None,

    /// <summary>The framing of a chunk is malformed.</summary>
    MalformedChunk,

    /// <summary>A chunk's signature is wrong.</summary>
    ChunkSignatureDiffers,

    /// <summary>The body ends before its last chunk, or the chunks have another length than was announced.</summary>
    Incomplete,

    /// <summary>A trailer is malformed, was not announced, or is missing.</summary>
    MalformedTrailer,

    /// <summary>The trailer's signature is missing or wrong.</summary>
    TrailerSignatureDiffers,
}
