namespace OrleansUploads.Silo.Tests.Serving;

/// <summary>Silos with TLS in their own processes, with the certificates that <c>deploy/make-secrets.sh</c> makes.</summary>
[Campaign]
public sealed class TlsTests(PostgresServer postgres) : TestWithFolder
{
    private const string Account = "000000000001";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private string Secrets => Folder.File("secrets");

    [Fact]
    public async Task A_silo_a_gateway_a_node_and_an_operator_work_together_and_a_certificate_that_cannot_be_renewed_is_reported()
    {
        await MakeSecretsAsync();
        var database = await postgres.CreateDatabaseAsync();
        await using var silo = await RunningSilo.StartAsync(WithTls(RunningSilo.OnPostgres(database, Folder.Data)));
        var gatewayEnvironment = WithTls(RunningSilo.OnPostgres(database, Folder.Data));
        gatewayEnvironment[VariableOf(nameof(SiloSettings.Role))] = "gateway";
        await using var gateway = await RunningSilo.StartAsync(gatewayEnvironment);
        using var client = await gateway.ConnectAsync("photos");
        await File.WriteAllBytesAsync(Folder.File("holiday.tar"), Archives.Bytes(1000, seed: 7));
        await using var node = StartNode(database);
        Assert.True(await node.WaitForExitAsync(Patience) == 0, node.ToString());
        Assert.Equal(0, await RunningSilo.RunHereAsync(WithTls(RunningSilo.OnPostgres(database, Folder.Data)), "clock", "show"));

        using var http = new HttpClient();
        var health = new Uri(silo.Address, "/healthz?verbose");
        Assert.Contains("\"certificates\":\"Healthy\"", await http.GetStringAsync(health), StringComparison.Ordinal);
        Assert.Contains("The certificate in use expires at ", await http.GetStringAsync(health), StringComparison.Ordinal);
        File.Move(Path.Combine(Secrets, "tls/tls.key"), Path.Combine(Secrets, "tls/tls.key.lost"));
        await Eventually.BecomesTrueAsync(
            async () => (await http.GetStringAsync(health)).Contains("\"certificates\":\"Degraded\"", StringComparison.Ordinal),
            "the health report says that the key is missing");
        Assert.Contains("Could not find file", await http.GetStringAsync(health), StringComparison.Ordinal);
        await client.CreateVaultAsync("music");
    }

    [Theory]
    [InlineData("tls.key is not the private key of the certificate in", "nodes/node-1/tls.crt", "tls/tls.key")]
    [InlineData("is not a valid certificate of the authority", "nodes/node-1/tls.crt", "nodes/node-1/tls.key")]
    [InlineData("OrleansUploads__TlsKey is missing. TLS needs certificate, key and authority", "tls/tls.crt", null)]
    public async Task Certificates_that_cannot_be_used_keep_a_silo_from_starting(string message, string certificate, string? key)
    {
        await MakeSecretsAsync();
        var start = WithTls(RunningSilo.Alone());
        start[VariableOf(nameof(SiloSettings.TlsCertificate))] = Path.Combine(Secrets, certificate);
        start[VariableOf(nameof(SiloSettings.TlsKey))] = key is null ? null : Path.Combine(Secrets, key);

        Assert.Contains(message, await RunningSilo.RefuseAsync(start), StringComparison.Ordinal);
    }

    /// <summary>Runs the script in a folder of its own.</summary>
    private async Task MakeSecretsAsync()
    {
        File.Copy(Repository.File("deploy/make-secrets.sh"), Folder.File("make-secrets.sh"));
        await using var script = CapturedProcess.Start("/bin/sh", [Folder.File("make-secrets.sh"), "node-1"], []);
        Assert.True(await script.WaitForExitAsync(Patience) == 0, script.ToString());
    }

    private Dictionary<string, string?> WithTls(Dictionary<string, string?> environment)
    {
        environment[VariableOf(nameof(SiloSettings.TlsCertificate))] = Path.Combine(Secrets, "tls/tls.crt");
        environment[VariableOf(nameof(SiloSettings.TlsKey))] = Path.Combine(Secrets, "tls/tls.key");
        environment[VariableOf(nameof(SiloSettings.TlsAuthority))] = Path.Combine(Secrets, "tls/authority.crt");
        return environment;
    }

    private CapturedProcess StartNode(string database) => CapturedProcess.Start(
        CommandLine.Dotnet,
        [Repository.IngestionNode, Folder.File("holiday.tar"), Account, "photos", Folder.File("store")],
        [new("ORLEANS_POSTGRES", database), new("ORLEANS_TLS", Path.Combine(Secrets, "nodes/node-1"))]);
}
