namespace OrleansUploads.Benchmarks.Archives;

/// <summary>Reads an inventory as a stream, without storing it.</summary>
internal static class InventoryStream
{
    private const int ReadBytes = 256 * 1024;

    private static ReadOnlySpan<byte> ArchiveStart => "{\"ArchiveId\":\""u8;

    /// <summary>Counts the archives in the output of a job.</summary>
    public static async Task<long> CountAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[ReadBytes];
        var (archives, held) = (0L, 0);
        while (await body.ReadAsync(buffer.AsMemory(held), cancellationToken) is var read and > 0)
        {
            var text = buffer.AsSpan(0, held + read);
            archives += text.Count(ArchiveStart);

            // Keep what may be the beginning of the next match, and search it again with the next bytes.
            held = Math.Min(text.Length, ArchiveStart.Length - 1);
            text[^held..].CopyTo(buffer);
        }

        return archives;
    }
}
