using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace OrleansUploads.Signing;

/// <content>The trailer: the lines after the last chunk, and their signature.</content>
public sealed partial class ChunkedBodyDecoder
{
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

    /// <summary>The canonical form: each trailer on its own line, sorted by name.</summary>
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
