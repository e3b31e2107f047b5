using OrleansUploads.Cli.Transfers;

namespace OrleansUploads.EndToEnd.Tests.Transfers;

public sealed class SmallFileUploadTests
{
    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, true)]
    [InlineData(HttpRequestError.ConnectionError, true)]
    [InlineData(HttpRequestError.SecureConnectionError, true)]
    [InlineData(HttpRequestError.ProxyTunnelError, true)]
    [InlineData(HttpRequestError.ResponseEnded, false)]
    [InlineData(HttpRequestError.Unknown, false)]
    public void A_request_for_which_no_connection_was_opened_may_be_repeated(HttpRequestError error, bool isRepeated)
    {
        var lost = new GlacierException(
            GlacierErrorCodes.ConnectionFailure, "", new HttpRequestException(error, inner: new System.Net.Sockets.SocketException(11)));

        Assert.Equal(isRepeated, SmallFileUpload.WasNotCarriedOut(lost));
    }
}
