using OrleansUploads.Gateway.S3;

namespace OrleansUploads.Gateway.Tests.Http;

/// <summary>Values of headers that are not UTF-8.</summary>
public sealed class HeaderTextTests : IAsyncLifetime
{
    private GatewayServer _server = null!;

    public async ValueTask InitializeAsync() =>
        _server = await GatewayServer.StartAsync(new GatewaySetup(), services => services.AddS3Front());

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("x-amz-meta-a: caf\u00e9")]
    [InlineData("Content-Disposition: \u00ff\u00fe")]
    [InlineData("user-agent: \u00e9\u00e8")]
    public async Task S3_refuses_them_with_an_error_document_that_names_the_header(string header)
    {
        await using var connection = await RawConnection.OpenAsync(_server.EndPoint);
        await SendAsync(connection, "/bucket/k", header);
        var answer = await connection.ReadAsync();

        Assert.Equal((400, "application/xml"), (answer.Status, answer.Header("Content-Type")));
        Assert.Contains("<Code>InvalidRequest</Code>", answer.Text, StringComparison.Ordinal);
        Assert.Contains($"'{header[..header.IndexOf(':', StringComparison.Ordinal)]}'", answer.Text, StringComparison.OrdinalIgnoreCase);

        // The connection is still usable, and the next request has no such header.
        await SendAsync(connection, "/bucket/k", "x-note: caf\u00c3\u00a9");
        Assert.Contains("<Code>AccessDenied</Code>", (await connection.ReadAsync()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_vault_API_refuses_them_with_its_error_document()
    {
        await using var connection = await RawConnection.OpenAsync(_server.EndPoint);
        await SendAsync(connection, "/-/vaults", "x-amz-archive-description: caf\u00e9");
        var answer = await connection.ReadAsync();

        Assert.Equal(400, answer.Status);
        Assert.Contains("\"code\":\"BadRequest\"", answer.Text, StringComparison.Ordinal);
        Assert.Contains("x-amz-archive-description", answer.Text, StringComparison.OrdinalIgnoreCase);
    }

    private static Task SendAsync(RawConnection connection, string path, string header) =>
        connection.SendAsync(Encoding.Latin1.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n"));
}
