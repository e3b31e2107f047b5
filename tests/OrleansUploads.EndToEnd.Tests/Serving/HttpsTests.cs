using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OrleansUploads.Client;
using OrleansUploads.EndToEnd.Tests.Harness;

namespace OrleansUploads.EndToEnd.Tests.Serving;

public sealed class HttpsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_pem_certificate_makes_it_https()
    {
        using var certificate = await WriteCertificateAsync();
        await using var server = await StartAsync();
        Assert.Equal("https", server.Address.Scheme);
        using var http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, shown, _, _) =>
                    shown is not null && shown.GetCertHashString() == certificate.GetCertHashString(),
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
    }

    [Fact]
    public async Task A_client_that_does_not_trust_the_certificate_gets_nowhere()
    {
        using var certificate = await WriteCertificateAsync();
        await using var server = await StartAsync();

        var failure = await Assert.ThrowsAsync<GlacierException>(() => server.Connect().CreateVaultAsync("photos"));

        Assert.Equal(GlacierErrorCodes.ConnectionFailure, failure.Code);
        Assert.False(failure.IsTransient);
    }

    [Fact]
    public async Task A_certificate_file_that_is_none_is_told_in_one_line()
    {
        await File.WriteAllTextAsync(_folder.File("certificate.pem"), "no certificate");
        await File.WriteAllTextAsync(_folder.File("key.pem"), "no key");

        (await ServerProcess.RefuseAsync(Setup)).ExpectOneLine();
    }

    private ServerSetup Setup => new(_folder.Data)
    {
        Options = ["--https-certificate", _folder.File("certificate.pem"), "--https-key", _folder.File("key.pem")],
    };

    private Task<ServerProcess> StartAsync() => ServerProcess.StartAsync(Setup);

    private async Task<X509Certificate2> WriteCertificateAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=orleans-uploads.test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        await File.WriteAllTextAsync(_folder.File("certificate.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(_folder.File("key.pem"), key.ExportPkcs8PrivateKeyPem());
        return certificate;
    }
}
