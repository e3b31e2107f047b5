using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Tests.Http.Fronts;

/// <summary>A second protocol. It answers every request with its account and body, in plain text, and requires
/// <c>x-fake-*</c> headers to be signed.</summary>
internal sealed class FakeFront : IFront
{
    public const string Service = "fake";

    public SigningRules Signing { get; } = new()
    {
        Service = Service,
        Path = PathRule.EncodeAsSent,
        SignedPrefixes = ["x-fake-"],
        SignedWhenPresent = [],
    };

    public string RequestIdHeader => "x-fake-request-id";

    /// <summary>An error that this front fails to describe, or null for none.</summary>
    public Type? Undescribed { get; init; }

    public bool ClaimsPath(RequestTarget target) => target.Segments is ["fake", ..];

    public FrontRequest Recognize(HttpExchange exchange) => new FakeRequest();

    public FrontError Describe(HttpError error) => error.GetType() == Undescribed
        ? throw new InvalidOperationException("This front does not know the error.")
        : new FrontError(418, "Fake" + error.GetType().Name, $"The fake front describes {error.GetType().Name}.");

    public FrontAnswer AnswerOf(HttpExchange exchange, FrontError error) => new(error.Status)
    {
        Error = error,
        ContentType = "text/plain",
        Document = Encoding.UTF8.GetBytes(error.Code),
    };

    private sealed class FakeRequest : FrontRequest
    {
        public override string OperationName => "Fake";

        public override IEnumerable<KeyAccess> AccessesOf(AccountId signer) => [new(KeyAccessKind.Change, null)];

        public override async ValueTask<FrontAnswer> AnswerAsync(AccountId signer, RequestPayload payload)
        {
            try
            {
                await payload.ReadDocumentAsync();
            }
            catch (FrontError unreadable)
            {
                throw new InvalidOperationException("A fault of the front.", unreadable);
            }

            var text = $"{signer} sent {Encoding.UTF8.GetString(payload.Document.Span)}";
            return new FrontAnswer(200) { ContentType = "text/plain", Document = Encoding.UTF8.GetBytes(text) };
        }
    }
}
