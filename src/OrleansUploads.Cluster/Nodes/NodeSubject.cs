using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansUploads.Cluster.Nodes;

/// <summary>The subject of a certificate in a form that can be compared: its attributes in alphabetical order, such as
/// <c>CN=node-7,O=Example</c>. The order in a certificate and the tool that wrote it make no difference.</summary>
public static class NodeSubject
{
    /// <summary>Maximum length in characters. It is part of the IDs that silos exchange.</summary>
    public const int MaxChars = 256;

    /// <summary>The usual names of attributes. Source: RFC 4514, section 3.</summary>
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["2.5.4.3"] = "CN",
        ["2.5.4.6"] = "C",
        ["2.5.4.7"] = "L",
        ["2.5.4.8"] = "ST",
        ["2.5.4.10"] = "O",
        ["2.5.4.11"] = "OU",
        ["0.9.2342.19200300.100.1.1"] = "UID",
        ["0.9.2342.19200300.100.1.25"] = "DC",
    };

    /// <summary>Brings a subject that a person wrote into this form. Returns null if it is not a subject.</summary>
    public static string? Parse(string? text)
    {
        try
        {
            return string.IsNullOrWhiteSpace(text) ? null : Of(new X500DistinguishedName(text));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>The subject of a certificate, or null if it is empty or has attributes that cannot be compared.</summary>
    public static string? Of(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        try
        {
            return Of(certificate.SubjectName);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static string? Of(X500DistinguishedName name)
    {
        var attributes = new List<string>();
        foreach (var attribute in name.EnumerateRelativeDistinguishedNames())
        {
            if (attribute.HasMultipleElements
                || attribute.GetSingleElementValue() is not { Length: > 0 } value
                || value.Any(char.IsControl))
            {
                return null;
            }

            var type = attribute.GetSingleElementType().Value!;
            var escaped = value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace(",", @"\,", StringComparison.Ordinal);
            attributes.Add($"{Names.GetValueOrDefault(type, type)}={escaped}");
        }

        var text = string.Join(',', attributes.Order(StringComparer.Ordinal));
        return text.Length is > 0 and <= MaxChars ? text : null;
    }
}
