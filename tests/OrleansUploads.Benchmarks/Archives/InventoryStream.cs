namespace OrleansUploads.Benchmarks.Archives;

/// <summary>Reads an inventory as it comes, and keeps nothing of it.</summary>
internal static class InventoryStream
{
    private const int ReadBytes = 256 * 1024;

    private static ReadOnlySpan<byte> EachArchive => "{\"ArchiveId\":\""u8;

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
            archives += text.Count(EachArchive);

            // What may be the beginning of another one is looked at again with what follows.
            held = Math.Min(text.Length, EachArchive.Length - 1);
            text[^held..].CopyTo(buffer);
        }

        return archives;
    }
}
