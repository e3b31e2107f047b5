using System.Net.Sockets;

namespace OrleansUploads.Gateway.Tests.Http;

public sealed class ContentLengthTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Theory]
    [InlineData("+0")]
    [InlineData("-0")]
    [InlineData("+5")]
    [InlineData("0x0")]
    [InlineData("0 0")]
    [InlineData("0,0")]
    public async Task A_length_that_is_not_only_digits_is_refused_and_nothing_behind_it_is_read(string length)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(gateway.Server.EndPoint);
        var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var answers = await reader.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 400 ", answers, StringComparison.Ordinal);
        Assert.Equal(0, answers.LastIndexOf("HTTP/1.1 ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("00")]
    public async Task Digits_are_accepted(string length)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(gateway.Server.EndPoint);
        var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        Assert.StartsWith("HTTP/1.1 200 ", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }
}
