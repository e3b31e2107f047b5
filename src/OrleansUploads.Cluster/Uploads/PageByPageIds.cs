using OrleansUploads.Engine;

namespace OrleansUploads.Cluster.Uploads;

/// <summary>IDs for the gateways of a cluster. Uploads that begin one after the other are on the same page (<see cref="UploadPages"/>), so
/// that they share its writes: each write is a request to the database, and lists the uploads that arrived during the write before.</summary>
/// <remarks>The page is random, and another one after a number of uploads, so all pages still have about the same length. The first two
/// bytes of an ID select it; 67 random bytes remain.</remarks>
/// <param name="time">The clock.</param>
public sealed class PageByPageIds(TimeProvider time) : IdSource(time)
{
    /// <summary>The number of uploads that begin on a page before another one is chosen.</summary>
    public const int UploadsInTurn = 64;

    private const int PageBytes = 2;

    private readonly Lock _gate = new();
    private readonly byte[] _page = new byte[PageBytes];
    private int _left;

    /// <inheritdoc/>
    public override UploadId NewUpload()
    {
        Span<byte> random = stackalloc byte[UploadId.RandomBytes];
        Fill(random);
        lock (_gate)
        {
            if (_left == 0)
            {
                random[..PageBytes].CopyTo(_page);
                _left = UploadsInTurn;
            }

            _left--;
            _page.CopyTo(random);
        }

        return UploadId.FromRandom(random);
    }
}
