export default {
  fetch() {
    return new Response('x')
  },
}
export class Session {}
export class Person {}
export class Control {}
export class EndpointApi {}
