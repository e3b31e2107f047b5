namespace OrleansUploads.Signing;

/// <summary>The scope of a signing key: one day, one region, one service.</summary>
/// <param name="Date"><c>yyyyMMdd</c>, UTC.</param>
/// <param name="Region">The region, such as <c>us-east-1</c>.</param>
/// <param name="Service">The service, such as <c>glacier</c>.</param>
public readonly record struct CredentialScope(string Date, string Region, string Service)
{
    internal const string Terminator = "aws4_request";

    /// <summary>Parses <c>date/region/service/aws4_request</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out CredentialScope scope)
    {
        scope = default;
        Span<Range> fields = stackalloc Range[5];
        if (text.Split(fields, '/') != 4
            || !IsDate(text[fields[0]])
            || text[fields[1]].IsEmpty
            || text[fields[2]].IsEmpty
            || !text[fields[3]].SequenceEqual(Terminator))
        {
            return false;
        }

        scope = new CredentialScope(
            text[fields[0]].ToString(), text[fields[1]].ToString(), text[fields[2]].ToString());
        return true;
    }

    /// <summary><c>date/region/service/aws4_request</c>.</summary>
    public override string ToString() => $"{Date}/{Region}/{Service}/{Terminator}";

    private static bool IsDate(ReadOnlySpan<char> text) =>
        text.Length == AmzTimestamp.DateChars && !text.ContainsAnyExceptInRange('0', '9');
}
