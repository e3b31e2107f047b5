using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansUploads.EndToEnd.Tests.Serving;

public sealed class HttpsTests : TestWithFolder
{
    [Fact]
    public async Task A_server_with_a_PEM_certificate_serves_HTTPS_and_nothing_else()
    {
        using var certificate = await WriteCertificateAsync();
        await using var server = await StartAsync();
        Assert.Equal("https", server.Address.Scheme);
        using var http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, sent, _, _) =>
                    sent is not null && sent.GetCertHashString() == certificate.GetCertHashString(),
            },
        });
        using var client = new GlacierClient(http, new GlacierClientOptions
        {
            Endpoint = server.Address,
            Region = "us-east-1",
            AccessKeyId = CommandLine.AccessKeyId,
            SecretAccessKey = CommandLine.SecretAccessKey,
        });

        await client.CreateVaultAsync("photos");
        var bytes = Archives.Bytes((2 * Archives.MiB) + 1, seed: 1);
        var archive = await client.UploadInPartsAsync("photos", bytes);
        Assert.Equal(bytes, await client.RetrieveAsync("photos", archive.ArchiveId));

        var untrusting = await Assert.ThrowsAsync<GlacierException>(() => server.Connect().CreateVaultAsync("photos"));
        Assert.Equal((GlacierErrorCodes.ConnectionFailure, false), (untrusting.Code, untrusting.IsTransient));
        var refused = await CommandLine.RunAsync(
            ["vault", "list", "--endpoint", $"http://{server.EndPoint}"],
            new Dictionary<string, string?>(CommandLine.WithoutOperatorKey)
            {
                ["HOME"] = Folder.Path,
                ["AWS_ACCESS_KEY_ID"] = CommandLine.AccessKeyId,
                ["AWS_SECRET_ACCESS_KEY"] = CommandLine.SecretAccessKey,
            });
        refused.ExpectOneLine(5, "If it serves HTTPS, use https://");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false, Traits = [TestRun.Name, TestRun.Campaign])]
    public async Task The_command_line_trusts_the_authorities_that_the_AWS_CLI_trusts(bool areInVariable)
    {
        using var certificate = await WriteCertificateAsync();
        await using var server = await StartAsync();
        Directory.CreateDirectory(Folder.File(".aws"));
        await File.WriteAllTextAsync(
            Folder.File(".aws/config"), $"[default]\nregion = us-east-1\n\n[profile ours]\nca_bundle = {Folder.File("certificate.pem")}\n");
        var environment = new Dictionary<string, string?>(CommandLine.WithoutOperatorKey)
        {
            ["HOME"] = Folder.Path,
            ["AWS_ACCESS_KEY_ID"] = CommandLine.AccessKeyId,
            ["AWS_SECRET_ACCESS_KEY"] = CommandLine.SecretAccessKey,
            ["AWS_PROFILE"] = null,
            ["AWS_CA_BUNDLE"] = null,
            ["SSL_CERT_FILE"] = null,
        };
        string[] list = ["vault", "list", "--quiet", "--endpoint", server.Address.ToString()];
        (await CommandLine.RunAsync(list, environment)).ExpectOneLine(5, "name the authority in AWS_CA_BUNDLE or SSL_CERT_FILE");

        environment[areInVariable ? "AWS_CA_BUNDLE" : "AWS_PROFILE"] = areInVariable ? Folder.File("certificate.pem") : "ours";
        (await CommandLine.RunAsync(list, environment)).Expect();

        using var authority = TestAuthority.Create("another");
        await File.WriteAllTextAsync(Folder.File("another.pem"), authority.Pem);
        environment["AWS_CA_BUNDLE"] = Folder.File("another.pem");
        (await CommandLine.RunAsync(list, environment)).ExpectOneLine(5, "HTTPS cannot be used");
        environment["AWS_CA_BUNDLE"] = Folder.File("key.pem");
        (await CommandLine.RunAsync(list, environment)).ExpectOneLine(Folder.File("key.pem"), "has no certificate", "AWS_CA_BUNDLE");
        environment["AWS_CA_BUNDLE"] = Folder.File("missing.pem");
        (await CommandLine.RunAsync(list, environment)).ExpectOneLine("missing.pem does not exist", "AWS_CA_BUNDLE");
    }

    [Fact, Campaign]
    public async Task The_server_sends_the_intermediate_certificates()
    {
        using var authority = TestAuthority.Create("root");
        using var intermediate = authority.Issue("intermediate");
        using var leaf = intermediate.Issue("orleans-uploads.test");
        await WriteAsync(leaf.Pem + intermediate.Pem, leaf.KeyPem);
        await using var server = await StartAsync();

        var sent = await ConnectAsync(server);

        Assert.Equal(leaf.Certificate.Thumbprint, sent.Leaf);
        Assert.Contains(intermediate.Certificate.Thumbprint, sent.Chain);
    }

    [Fact]
    [Slice(5)]
    public async Task A_renewed_certificate_is_used_without_a_restart_and_an_invalid_one_is_not()
    {
        using var authority = TestAuthority.Create("root");
        using var first = authority.Issue("first");
        using var second = authority.Issue("second");
        await WriteAsync(first.Pem, first.KeyPem);
        var times = File.GetLastWriteTimeUtc(Folder.File("certificate.pem"));
        await using var server = await StartAsync();
        Assert.Equal(first.Certificate.Thumbprint, (await ConnectAsync(server)).Leaf);

        // The state between the writes of the two files.
        await WriteAsync(second.Pem, first.KeyPem);
        await Eventually.BecomesTrueAsync(
            async () => (await ConnectAsync(server)).Leaf == first.Certificate.Thumbprint
                && server.Log.Contains("The previous certificate stays in use", StringComparison.Ordinal),
            "the log reports that certificate and key do not match");

        await WriteAsync(second.Pem, second.KeyPem);
        File.SetLastWriteTimeUtc(Folder.File("certificate.pem"), times);
        File.SetLastWriteTimeUtc(Folder.File("key.pem"), times);
        await Eventually.BecomesTrueAsync(
            async () => (await ConnectAsync(server)).Leaf == second.Certificate.Thumbprint, "the new certificate is sent");
    }

    [Fact, Campaign]
    public async Task An_invalid_certificate_file_is_reported_in_one_line()
    {
        await File.WriteAllTextAsync(Folder.File("certificate.pem"), "no certificate");
        await File.WriteAllTextAsync(Folder.File("key.pem"), "no key");

        (await ServerProcess.RefuseAsync(Setup)).ExpectOneLine(
            $"{Folder.File("certificate.pem")} and {Folder.File("key.pem")} are not a certificate and its key");
    }

    private ServerSetup Setup => new(Folder.Data)
    {
        Options = ["--https-certificate", Folder.File("certificate.pem"), "--https-key", Folder.File("key.pem")],
    };

    private Task<ServerProcess> StartAsync() => ServerProcess.StartAsync(Setup);

    private async Task WriteAsync(string certificates, string key)
    {
        await File.WriteAllTextAsync(Folder.File("certificate.pem"), certificates);
        await File.WriteAllTextAsync(Folder.File("key.pem"), key);
    }

    private static async Task<(string Leaf, IReadOnlyList<string> Chain)> ConnectAsync(ServerProcess server)
    {
        using var tcp = new System.Net.Sockets.TcpClient();
        await tcp.ConnectAsync(server.EndPoint);
        var chain = new List<string>();
        await using var tls = new SslStream(tcp.GetStream(), leaveInnerStreamOpen: false, (_, _, receivedChain, _) =>
        {
            chain.AddRange(receivedChain!.ChainPolicy.ExtraStore.Select(certificate => certificate.Thumbprint));
            return true;
        });
        await tls.AuthenticateAsClientAsync("orleans-uploads.test");
        return (((X509Certificate2)tls.RemoteCertificate!).Thumbprint, chain);
    }

    private async Task<X509Certificate2> WriteCertificateAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=orleans-uploads.test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        await File.WriteAllTextAsync(Folder.File("certificate.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Folder.File("key.pem"), key.ExportPkcs8PrivateKeyPem());
        return certificate;
    }
}
