using OrleansUploads.TestKit.Races;

namespace OrleansUploads.EndToEnd.Tests.Races;

/// <summary>The judgement of a round finds answers that no order explains.</summary>
public sealed class RoundTests
{
    private const string Upload = "upload";
    private static readonly RaceAnswer Gone = new("NoSuchUpload");
    private static readonly RaceAnswer Refused = new("PreconditionFailed");

    private readonly Round _round = new("key");
    private readonly RaceContent _first;
    private readonly RaceContent _second;
    private readonly RaceContent _put;

    public RoundTests() => (_first, _second, _put) = (_round.NewContent(true), _round.NewContent(true), _round.NewContent(false));

    [Fact]
    public async Task Answers_that_some_order_explains_are_accepted()
    {
        await CompleteAsync(_first, RaceAnswer.None);
        await _round.AbortAsync(Upload, () => Task.FromResult(Gone));
        await ReadAsync(_first);
        await PutAsync(_put, new RaceAnswer(null, _put.ETag));
        await ReadAsync(_put);
        Assert.Null(_round.FindFlaw(_first));
    }

    [Fact]
    public async Task A_completion_without_an_answer_cannot_come_back_over_a_later_put()
    {
        await CompleteAsync(_first, RaceAnswer.None);
        await PutAsync(_put, new RaceAnswer(null, _put.ETag));
        await ReadAsync(_first);
        ExpectFlaw("not possible in any order");
    }

    [Fact]
    public async Task A_completion_and_an_abort_of_one_upload_cannot_both_succeed()
    {
        await CompleteAsync(_first, new RaceAnswer(null, _first.ETag));
        await _round.AbortAsync(Upload, () => Task.FromResult(new RaceAnswer(null)));
        ExpectFlaw("both aborted and completed");
    }

    [Fact]
    public async Task A_replaced_part_cannot_be_completed()
    {
        await _round.ReplaceAsync(Upload, () => Task.FromResult(new RaceAnswer(null)));
        await CompleteAsync(_first, new RaceAnswer(null, _first.ETag));
        ExpectFlaw("had been replaced");
    }

    [Fact]
    public async Task One_upload_cannot_become_two_objects()
    {
        await CompleteAsync(_first, new RaceAnswer(null, _first.ETag));
        await CompleteAsync(_second, new RaceAnswer(null, _second.ETag));
        ExpectFlaw("two contents");
    }

    [Fact]
    public async Task A_completion_that_nothing_explains_cannot_be_refused()
    {
        await CompleteAsync(_first, Gone);
        ExpectFlaw("were refused with NoSuchUpload");
    }

    [Fact]
    public async Task Two_clients_cannot_both_create_a_key()
    {
        await PutAsync(_put, new RaceAnswer(null, _put.ETag), mustBeAbsent: true);
        await CompleteAsync(_first, new RaceAnswer(null, _first.ETag), mustBeAbsent: true);
        ExpectFlaw("not possible in any order");
    }

    [Fact]
    public async Task Two_creations_of_a_key_cannot_both_fail()
    {
        await PutAsync(_put, Refused, mustBeAbsent: true);
        await CompleteAsync(_first, Refused, mustBeAbsent: true);
        await _round.AbortAsync(Upload, () => Task.FromResult(new RaceAnswer(null)));
        ExpectFlaw("not possible in any order");
    }

    [Fact]
    public async Task A_completed_object_cannot_be_absent()
    {
        await CompleteAsync(_first, new RaceAnswer(null, _first.ETag));
        await _round.ReadAsync(() => Task.FromResult((new RaceAnswer("NoSuchKey"), Array.Empty<byte>())));
        ExpectFlaw("not possible in any order");
    }

    [Fact]
    public async Task A_deleted_object_cannot_return()
    {
        await CompleteAsync(_first, new RaceAnswer(null, _first.ETag));
        await _round.WriteAsync(null, false, null, () => Task.FromResult(new RaceAnswer(null)));
        await ReadAsync(_first);
        ExpectFlaw("not possible in any order");
    }

    [Fact]
    public async Task Bytes_must_have_the_ETag_of_their_request()
    {
        await CompleteAsync(_first, new RaceAnswer(null, _first.ETag));
        await _round.ReadAsync(() => Task.FromResult((new RaceAnswer(null, _second.ETag), _first.Bytes)));
        ExpectFlaw("A read got");
    }

    [Fact]
    public async Task All_successful_completions_must_return_the_ETag()
    {
        await CompleteAsync(_first, new RaceAnswer(null, _first.ETag));
        await CompleteAsync(_first, new RaceAnswer(null, _second.ETag));
        ExpectFlaw("A completion returned the ETag");
    }

    private Task<RaceAnswer> CompleteAsync(RaceContent content, RaceAnswer answer, bool mustBeAbsent = false) =>
        _round.CompleteAsync(Upload, content, mustBeAbsent, () => Task.FromResult(answer));

    private Task PutAsync(RaceContent content, RaceAnswer answer, bool mustBeAbsent = false) =>
        _round.WriteAsync(content, mustBeAbsent, null, () => Task.FromResult(answer));

    private Task<bool> ReadAsync(RaceContent content) =>
        _round.ReadAsync(() => Task.FromResult((new RaceAnswer(null, content.ETag), content.Bytes)));

    private void ExpectFlaw(string text) => Assert.Contains(text, _round.FindFlaw(_first), StringComparison.Ordinal);
}
