using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Wire;
using OrleansUploads.Core;

namespace OrleansUploads.Client;

public sealed partial class GlacierClient
{
    /// <summary>Uploads an archive in one request. <b>Never sent again</b>, whatever happens: where the answer was lost,
    /// the archive may exist, and sending it again would make a second one. A multipart upload has no such doubt.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="body">1 byte to 4 GiB.</param>
    /// <param name="description">At most 1,024 characters of printable ASCII; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The source of the body cannot be read.</exception>
    public Task<ArchiveReceipt> UploadArchiveAsync(
        string vault, HashedBody body, string? description = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        CheckBodyLength(body);
        var request = new GlacierRequest(HttpMethod.Post, RequestPath.Vault(_account, vault) + "/archives")
        {
            Body = body,
        };
        return Transport.RunAsync(
            request.With(HeaderNames.TreeHash, body.TreeHash.ToString())
                .With(HeaderNames.ArchiveDescription, DescriptionText.Check(description)),
            (response, _) =>
            {
                CheckTreeHash(response, body);
                return Task.FromResult(ReadReceipt(response));
            },
            RetryPolicy.None,
            cancellationToken);
    }

    /// <summary>Deletes an archive. Deleting it again is no error.</summary>
    public Task DeleteArchiveAsync(string vault, string archiveId, CancellationToken cancellationToken = default) =>
        Transport.RemoveAsync(
            new GlacierRequest(HttpMethod.Delete, RequestPath.Item(_account, vault, "archives", archiveId)),
            cancellationToken);

    private static ArchiveReceipt ReadReceipt(HttpResponseMessage response) =>
        new(
            Answer.RequireHeader(response, HeaderNames.ArchiveId),
            Answer.FindTreeHash(response),
            Answer.RequireHeader(response, "Location"));

    private static void CheckBodyLength(HashedBody body)
    {
        if (body.LengthBytes is < 1 or > Limits.MaxPartSizeBytes)
        {
            throw new ArgumentException("A body has 1 byte to 4 GiB.", nameof(body));
        }
    }

    // The server computed this hash from what arrived, so a difference means that it has other bytes.
    private static void CheckTreeHash(HttpResponseMessage response, HashedBody body)
    {
        if (Answer.FindTreeHash(response) is { } theirs && theirs != body.TreeHash)
        {
            throw new GlacierException(
                GlacierErrorCodes.HashDiffers, $"Sent bytes with tree hash {body.TreeHash}, the server confirmed {theirs}.")
            {
                StatusCode = response.StatusCode,
                RequestId = Answer.FindHeader(response, HeaderNames.RequestId),
            };
        }
    }
}
