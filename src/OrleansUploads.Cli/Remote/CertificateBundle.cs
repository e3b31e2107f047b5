using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansUploads.Cli.Remote;

/// <summary>The authorities in a file of certificates in PEM, which are trusted besides the system's.</summary>
internal sealed class CertificateBundle
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly X509Certificate2Collection _authorities = [];

    /// <summary>Reads the file.</summary>
    /// <exception cref="InvalidDataException">It cannot be read, or has no certificate.</exception>
    public static CertificateBundle Read(string path)
    {
        var bundle = new CertificateBundle();
        try
        {
            bundle._authorities.ImportFromPemFile(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw Unreadable(path, FileFault.Describe(fault), fault);
        }

        return bundle._authorities.Count > 0 ? bundle : throw Unreadable(path, "It has no certificate in PEM.");
    }

    /// <summary>Whether a server is trusted: by the system, or because the system only does not know its authority and one of these has
    /// issued its certificate.</summary>
    public bool Trusts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 sent)
        {
            return errors == SslPolicyErrors.None;
        }

        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        own.ChainPolicy.ExtraStore.AddRange(chain?.ChainPolicy.ExtraStore ?? []);
        return own.Build(sent);
    }

    private static InvalidDataException Unreadable(string path, string reason, Exception? fault = null) => new(
        $"The authorities in {path} cannot be read: {reason.TrimEnd('.')}. AWS_CA_BUNDLE or the profile's ca_bundle names this file.", fault);
}
