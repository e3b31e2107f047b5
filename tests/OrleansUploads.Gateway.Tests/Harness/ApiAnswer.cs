namespace OrleansUploads.Gateway.Tests.Harness;

/// <summary>An HTTP response, with its whole body.</summary>
public sealed record ApiAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string? Code => IsDocument ? Json.GetProperty("code").GetString() : null;

    public string Message => IsDocument ? Json.GetProperty("message").GetString()! : "";

    private bool IsDocument => Status >= 400 && Body.Length > 0;

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>Asserts the status. A failure shows the body.</summary>
    public ApiAnswer Expect(int status)
    {
        Assert.True(status == Status, $"Expected {status}, got {Status}: {Text}");
        return this;
    }

    /// <summary>Asserts that the answer is this error, with a complete body and matching headers.</summary>
    public ApiAnswer ExpectError(int status, string code, string messagePart)
    {
        Expect(status);
        Assert.Equal("application/json", Header("Content-Type"));
        Assert.Equal(code, Code);
        Assert.Equal(code, Header("x-amzn-ErrorType"));
        Assert.Contains(messagePart, Message, StringComparison.Ordinal);
        Assert.Equal(status >= 500 ? "Server" : "Client", Json.GetProperty("type").GetString());
        Assert.Equal(3, Json.EnumerateObject().Count());
        return this;
    }

    public ApiAnswer ExpectInvalid(string messagePart) => ExpectError(400, "InvalidParameterValueException", messagePart);

    public ApiAnswer ExpectMissing(string messagePart) => ExpectError(400, "MissingParameterValueException", messagePart);

    public ApiAnswer ExpectLimitExceeded(string messagePart) => ExpectError(400, "LimitExceededException", messagePart);

    public ApiAnswer ExpectDenied(string messagePart) => ExpectError(403, "AccessDeniedException", messagePart);

    public ApiAnswer ExpectWrongSignature(string messagePart) => ExpectError(403, "InvalidSignatureException", messagePart);

    public ApiAnswer ExpectNotFound(string messagePart) => ExpectError(404, "ResourceNotFoundException", messagePart);

    public ApiAnswer ExpectUnavailable(string messagePart) => ExpectError(500, "ServiceUnavailableException", messagePart);
}
