using System.Buffers;
using System.Text;

namespace OrleansUploads.Signing;

/// <summary>Builds UTF-8 text in a pooled buffer, so that creating a canonical request allocates no buffer.</summary>
internal sealed class Utf8Builder(int capacityBytes) : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(capacityBytes);
    private int _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public void Append(byte value) => Reserve(1)[0] = value;

    public void Append(ReadOnlySpan<char> text)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        Encoding.UTF8.GetBytes(text, Reserve(bytes));
    }

    public void AppendHexLower(ReadOnlySpan<byte> bytes) =>
        Convert.TryToHexStringLower(bytes, Reserve(2 * bytes.Length), out _);

    public void AppendPercentEncoded(byte value)
    {
        var at = Reserve(3);
        at[0] = (byte)'%';
        at[1] = "0123456789ABCDEF"u8[value >> 4];
        at[2] = "0123456789ABCDEF"u8[value & 0xF];
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private Span<byte> Reserve(int bytes)
    {
        if (_length + bytes > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _buffer.Length, _length + bytes));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var reserved = _buffer.AsSpan(_length, bytes);
        _length += bytes;
        return reserved;
    }
}
