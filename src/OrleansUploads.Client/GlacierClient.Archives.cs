using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Wire;

namespace OrleansUploads.Client;

public sealed partial class GlacierClient
{
    /// <summary>Uploads an archive in one request. The client <b>never retries</b> this request: if the response is lost, the
    /// archive may already exist, and a retry would create a second one. A multipart upload can be retried safely.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="body">The archive's bytes, with their linear hash: 1 byte to 4 GiB.</param>
    /// <param name="description">At most 1,024 characters of printable ASCII, or null for none.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The new archive's ID, tree hash and location.</returns>
    /// <exception cref="IOException">Reading the source of the body failed.</exception>
    public Task<ArchiveReceipt> UploadArchiveAsync(
        string vault, HashedBody body, string? description = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        CheckBodyLength(body);
        if (body.LinearHash is null)
        {
            throw new ArgumentException("An archive that is uploaded in one request needs its linear hash.", nameof(body));
        }

        var request = new WireRequest(HttpMethod.Post, RequestPath.Vault(_account, vault) + "/archives")
        {
            Body = body,
        };
        return Transport.RunAsync(
            request.WithHeader(HeaderNames.TreeHash, body.TreeHash.ToString())
                .WithHeader(HeaderNames.ArchiveDescription, GlacierLimits.CheckDescription(description)),
            (response, _) =>
            {
                CheckTreeHash(response, body);
                return Task.FromResult(ReadReceipt(response));
            },
            RetryPolicy.None,
            cancellationToken);
    }

    /// <summary>Deletes an archive. Deleting an archive that is already deleted succeeds.</summary>
    public Task DeleteArchiveAsync(string vault, string archiveId, CancellationToken cancellationToken = default) =>
        Transport.RemoveAsync(
            new WireRequest(HttpMethod.Delete, RequestPath.Item(_account, vault, "archives", archiveId)),
            cancellationToken);

    /// <summary>Deletes an archive, and asks this project's server which of its bytes are not freed yet: a server keeps them while a job
    /// refers to the archive, or during a backup. Deleting an archive that is already deleted succeeds.</summary>
    /// <param name="vault">The vault name.</param>
    /// <param name="archiveId">The archive's ID.</param>
    /// <param name="freesNow">Whether the server frees the bytes at once. Jobs that refer to the archive lose their output, and their
    /// downloads end. Only this project's server does this.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public Task<ArchiveDeletion> DeleteArchiveAsync(
        string vault, string archiveId, bool freesNow, CancellationToken cancellationToken = default) =>
        Transport.RemoveAsync(
            new WireRequest(HttpMethod.Delete, RequestPath.Item(_account, vault, "archives", archiveId))
                .WithHeader(HeaderNames.DeletedBytes, freesNow ? "free" : "report"),
            ReadDeletion,
            new ArchiveDeletion(),
            cancellationToken);

    private static ArchiveDeletion ReadDeletion(HttpResponseMessage response) => new(
        ResponseReader.FindNumber(response, HeaderNames.UnfreedBytes) ?? 0, ResponseReader.FindTime(response, HeaderNames.UnfreedUntil));

    private static ArchiveReceipt ReadReceipt(HttpResponseMessage response) =>
        new(
            ResponseReader.RequireHeader(response, HeaderNames.ArchiveId),
            ResponseReader.FindTreeHash(response),
            ResponseReader.RequireHeader(response, "Location"));

    private static void CheckBodyLength(HashedBody body)
    {
        if (body.LengthBytes is < 1 or > GlacierLimits.MaxPartSizeBytes)
        {
            throw new ArgumentException(
                $"The body is {body.LengthBytes} bytes long. It must be 1 byte to 4 GiB long.", nameof(body));
        }
    }

    // The server computed this hash from the bytes that it received, so a difference means that it has different bytes.
    private static void CheckTreeHash(HttpResponseMessage response, HashedBody body)
    {
        if (ResponseReader.FindTreeHash(response) is { } theirs && theirs != body.TreeHash)
        {
            throw new GlacierException(
                GlacierErrorCodes.HashDiffers,
                $"The bytes sent have tree hash {body.TreeHash}, but the server confirmed tree hash {theirs}.")
            {
                StatusCode = response.StatusCode,
                RequestId = ResponseReader.FindHeader(response, HeaderNames.RequestId),
            };
        }
    }
}
