using System.Net.Sockets;

namespace OrleansUploads.Silo.Tests.Harness;

public sealed class UnrepeatedRequestsTests
{
    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    [InlineData("POST")]
    public async Task A_request_whose_server_closes_the_connection_is_sent_once(string method)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var connections = 0;
        var serving = Task.Run(async () =>
        {
            while (true)
            {
                using var connection = await server.AcceptSocketAsync(Cancellation);
                connections++;
                await connection.ReceiveAsync(new byte[4096], Cancellation);
            }
        });
        using var client = new HttpClient(UnrepeatedRequests.CreateHandler());
        using var request = new HttpRequestMessage(new HttpMethod(method), $"http://{server.LocalEndpoint}/");

        await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(request, Cancellation));

        server.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => serving);
        Assert.Equal(1, connections);
    }
}
