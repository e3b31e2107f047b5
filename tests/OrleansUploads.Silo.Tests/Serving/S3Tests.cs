using System.Net;
using OrleansUploads.Signing;
using OrleansUploads.Silo.Settings;

namespace OrleansUploads.Silo.Tests.Serving;

public sealed class S3Tests(PostgresServer postgres) : IDisposable
{
    private const string Object = "/photos/2026/holiday.tar";

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task Every_silo_and_every_gateway_serves_all_objects_also_after_a_restart()
    {
        var database = await postgres.CreateDatabaseAsync();
        var bytes = Archives.Bytes(1_500_000, seed: 4);
        var settings = RunningSilo.OnPostgres(database, _folder.Data);
        await using (var silo = await RunningSilo.StartAsync(settings))
        {
            await SendAsync(silo, HttpMethod.Put, "/photos");
            await SendAsync(silo, HttpMethod.Put, Object, bytes);
            await using var other = await RunningSilo.StartAsync(RunningSilo.OnPostgres(database, _folder.Data));
            Assert.Equal(bytes, await SendAsync(other, HttpMethod.Get, Object));
            var clientOnly = RunningSilo.OnPostgres(database, _folder.Data);
            clientOnly[KnownSettings.Role.Variable] = "gateway";
            await using var gateway = await RunningSilo.StartAsync(clientOnly);
            Assert.Equal(bytes, await SendAsync(gateway, HttpMethod.Get, Object));
            await gateway.StopAsync();
            await other.StopAsync();
            await silo.StopAsync();
        }

        await using var again = await RunningSilo.StartAsync(settings);
        Assert.Equal(bytes, await SendAsync(again, HttpMethod.Get, Object));
        await SendAsync(again, HttpMethod.Delete, Object, expected: HttpStatusCode.NoContent);
        await SendAsync(again, HttpMethod.Delete, "/photos", expected: HttpStatusCode.NoContent);
    }

    private async Task<byte[]> SendAsync(
        RunningSilo silo, HttpMethod method, string target, byte[]? body = null, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var requests = silo.SignS3();
        using var content = body is null ? null : new ByteArrayContent(body);
        using var request = requests.Create(method, target, PayloadModes.NotSigned, content);
        using var answer = await _http.SendAsync(request);
        var received = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(
            answer.StatusCode == expected,
            $"{method} {target} answered {answer.StatusCode}: {System.Text.Encoding.UTF8.GetString(received)}");
        return received;
    }
}
