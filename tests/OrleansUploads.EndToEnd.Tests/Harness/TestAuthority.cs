using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansUploads.EndToEnd.Tests.Harness;

/// <summary>A certificate with its key that can issue others. It is valid for one day.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key;

    private TestAuthority(ECDsa key, X509Certificate2 certificate)
    {
        _key = key;
        Certificate = certificate;
    }

    public X509Certificate2 Certificate { get; }

    public string Pem => Certificate.ExportCertificatePem() + "\n";

    public string KeyPem => _key.ExportPkcs8PrivateKeyPem();

    public static TestAuthority Create(string name)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = DateTimeOffset.UtcNow;
        return new TestAuthority(key, Request(name, key).CreateSelfSigned(now.AddHours(-1), now.AddDays(1)));
    }

    public TestAuthority Issue(string name)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var issued = Request(name, key).Create(
            Certificate, Certificate.NotBefore, Certificate.NotAfter, RandomNumberGenerator.GetBytes(8));
        return new TestAuthority(key, issued.CopyWithPrivateKey(key));
    }

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }

    private static CertificateRequest Request(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request;
    }
}
