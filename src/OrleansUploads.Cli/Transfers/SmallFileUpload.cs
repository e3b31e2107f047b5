using System.Net.Sockets;
using OrleansUploads.Client.Sources;

namespace OrleansUploads.Cli.Transfers;

/// <summary>Uploads a file that fits into one part, in one request.</summary>
/// <remarks>The request is repeated only if the server certainly has not carried it out. If only its response was lost, a second
/// request could create a second archive.</remarks>
internal sealed class SmallFileUpload(Session session)
{
    /// <exception cref="GlacierException">The server refused the request, or its outcome is not known.</exception>
    public async Task<ArchiveReceipt> RunAsync(UploadFile file, CancellationToken cancellationToken)
    {
        using var source = ByteSource.FromFile(file.Path);
        using var body = await ReadBody.ReadAsync(
            source, new ByteRange(0, source.LengthBytes), cancellationToken: cancellationToken);
        return await session.Patient.RunAsync(
            async (_, token) =>
            {
                try
                {
                    return await session.Transfers.UploadArchiveAsync(session.Vault, body.Hashed, file.Description, token);
                }
                catch (GlacierException failure) when (failure.IsTransient && !WasNotCarriedOut(failure))
                {
                    throw new GlacierException(
                        failure.Code,
                        failure.StatusCode is null
                            ? $"The response was lost, so the archive may exist or not: {failure.Message} "
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

    private static bool WasNotCarriedOut(GlacierException failure) =>
        failure.Code == GlacierErrorCodes.Throttling
        || failure.InnerException?.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused };
}
