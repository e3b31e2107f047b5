using OrleansUploads.Client.Sources;

namespace OrleansUploads.Cli.Transfers;

/// <summary>Uploads a file that fits into one part, in one request.</summary>
/// <remarks>The request is repeated only if the server certainly has not carried it out. If only its response was lost, a second
/// request could create a second archive.</remarks>
internal sealed class SmallFileUpload(Session session)
{
    /// <summary>Uploads a file.</summary>
    /// <param name="onSent">Called while it is sent, with the bytes that the present attempt has sent.</param>
    /// <param name="cancellationToken">Stops the upload.</param>
    /// <exception cref="GlacierException">The server refused the request, or its outcome is not known.</exception>
    public async Task<ArchiveReceipt> RunAsync(UploadFile file, Action<ByteRange, long> onSent, CancellationToken cancellationToken)
    {
        using var source = ByteSource.FromFile(file.Path);
        var range = new ByteRange(0, source.LengthBytes);
        using var body = await ReadBody.ReadAsync(source, range, cancellationToken: cancellationToken);
        var sent = body.Hashed.Reporting(sentBytes => onSent(range, sentBytes));
        return await session.Patient.RunAsync(
            async (_, token) =>
            {
                try
                {
                    return await session.Transfers.UploadArchiveAsync(session.Vault, sent, file.Description, token);
                }
                catch (GlacierException failure) when (failure.IsTransient && !WasNotCarriedOut(failure))
                {
                    throw new OutcomeUnknownException(
                        failure.Code,
                        failure.StatusCode is null
                            ? $"The response was lost, so the archive may exist or not: {failure.Message.TrimEnd('.')}. "
                                + "Run the command again with --skip-existing."
                            : $"{failure.Message} When you try again, --skip-existing leaves out what the vault already has.",
                        failure)
                    {
                        StatusCode = failure.StatusCode,
                        RequestId = failure.RequestId,
                    };
                }
            },
            TimeProvider.System,
            cancellationToken);
    }

    /// <summary>Whether the server has certainly not carried the request out: it said so, or no connection to it was opened.</summary>
    internal static bool WasNotCarriedOut(GlacierException failure) =>
        failure.Code == GlacierErrorCodes.Throttling
        || failure.InnerException is HttpRequestException
        {
            HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
        };
}
