using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace OrleansUploads.Gateway.Dashboard.Sessions;

/// <summary>Marks texts that this process gave to a client, so that it recognizes them when they come back. The key is random and
/// never leaves the process.</summary>
/// <param name="purpose">What the texts are for. Texts for another purpose are not recognized.</param>
internal sealed class ProcessSeal(string purpose)
{
    private const char Separator = '.';

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);

    /// <summary>Adds the mark to a text.</summary>
    public string Seal(string text) => text + Separator + MarkOf(text);

    /// <summary>Checks and removes the mark.</summary>
    /// <returns>False if this process did not seal the text.</returns>
    public bool TryOpen(string? sealedText, [NotNullWhen(true)] out string? text)
    {
        var at = sealedText?.LastIndexOf(Separator) ?? -1;
        text = at < 0 ? null : sealedText![..at];
        if (text is not null && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(MarkOf(text)), Encoding.UTF8.GetBytes(sealedText![(at + 1)..])))
        {
            return true;
        }

        text = null;
        return false;
    }

    private string MarkOf(string text) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{purpose}\n{text}")));
}
