using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OrleansUploads.Cluster.Tls;

namespace OrleansUploads.Cluster.Tests.Tls;

/// <summary>An authority that exists for one test.</summary>
internal sealed class TestAuthority : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestAuthority(string name)
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        Root = request.CreateSelfSigned(Now.AddDays(-2), Now.AddDays(10));
    }

    public X509Certificate2 Root { get; }

    private static DateTimeOffset Now => DateTimeOffset.UtcNow;

    public IssuedCertificate IssueSilo(string subject = "CN=silo", DateTimeOffset? until = null) =>
        Issue(subject, until ?? Now.AddDays(1), [ServerAuthentication, ClientAuthentication], TlsFiles.DefaultSiloName);

    public IssuedCertificate IssueNode(string subject, DateTimeOffset? until = null) =>
        Issue(subject, until ?? Now.AddDays(1), [ClientAuthentication], dnsName: null);

    public IssuedCertificate IssueServer(string subject) =>
        Issue(subject, Now.AddDays(1), [ServerAuthentication], TlsFiles.DefaultSiloName);

    public static IssuedCertificate SelfSigned(string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest(subject, key, HashAlgorithmName.SHA256).CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
        return new IssuedCertificate(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose()
    {
        Root.Dispose();
        _key.Dispose();
    }

    private IssuedCertificate Issue(string subject, DateTimeOffset until, string[] purposes, string? dnsName)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. purposes.Select(purpose => new Oid(purpose))], false));
        if (dnsName is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(dnsName);
            request.CertificateExtensions.Add(names.Build());
        }

        using var certificate = request.Create(Root, Now.AddDays(-1), until, RandomNumberGenerator.GetBytes(8));
        return new IssuedCertificate(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}

internal sealed record IssuedCertificate(string Pem, string KeyPem)
{
    public X509Certificate2 Load() => X509Certificate2.CreateFromPem(Pem, KeyPem);

    /// <summary>Writes the files of a process.</summary>
    public TlsFiles WriteTo(string folder, params X509Certificate2[] authority)
    {
        Directory.CreateDirectory(folder);
        var files = new TlsFiles(Path.Combine(folder, "cert.pem"), Path.Combine(folder, "key.pem"), Path.Combine(folder, "authority.pem"));
        Replace(files.Key, KeyPem);
        Replace(files.Certificate, Pem);
        Replace(files.Authority, string.Join('\n', authority.Select(root => root.ExportCertificatePem())));
        return files;
    }

    private static void Replace(string path, string text)
    {
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }
}
